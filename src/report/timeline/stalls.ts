import type { StackId } from '../../model/ids.ts';
import type { StallStack } from '../../model/recording.ts';

/** Stacks that are kept of a thread; past that the older half goes. */
const MAX_KEPT = 200_000;

/** Stacks that were seen while loops were held, by thread. */
export class Stalls {
  readonly #first: string;
  readonly #byThread = new Map<string, StallStack[]>();

  /** @param first thread of the stacks that name none */
  constructor(first: string, stalls: readonly StallStack[] = []) {
    this.#first = first;
    for (const stall of [...stalls].sort((a, b) => a.timeUs - b.timeUs)) this.add(stall);
  }

  /** Stacks of a thread come in order of time. */
  add(stall: StallStack): void {
    const thread = stall.thread ?? this.#first;
    const list = this.#byThread.get(thread) ?? [];
    list.push(stall);
    this.#byThread.set(thread, list.length > MAX_KEPT ? list.slice(MAX_KEPT / 2) : list);
  }

  /** The last stack of a thread between two moments; 0 = none. */
  lastIn(thread: string, startUs: number, endUs: number): StackId {
    const list = this.#byThread.get(thread) ?? [];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.timeUs > endUs) high = middle;
      else low = middle + 1;
    }
    const last = list[low - 1];
    return last && last.timeUs >= startUs ? last.stack : (0 as StackId);
  }
}
