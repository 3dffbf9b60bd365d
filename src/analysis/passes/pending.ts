import { Op, PendingReach } from '../../model/event.ts';
import { momentBefore } from '../walk.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Timers watched at once. */
const MAX_TIMERS = 200_000;

/** A promise that was still pending when the recording ended. */
export interface PendingRecord {
  promise: number;
  bornUs: number;
  stack: number;
  request: number;
  /** Made together with a timer that has not fired yet: it waits for that timer, and will settle. */
  timed: boolean;
  reach: PendingReach;
}

/** What was still pending at the end. */
export class Pending implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.Pending];
  readonly records: PendingRecord[] = [];
  readonly #work: Work;
  readonly #types: readonly string[];
  /** Timers that have not fired, by id. */
  readonly #timers = new Map<number, { bornUs: number; execution: number }>();
  #timedMoments: Set<string> | undefined;

  constructor(work: Work, types: readonly string[]) {
    this.#work = work;
    this.#types = types;
  }

  on(event: WalkedEvent): void {
    switch (event.op) {
      case Op.Init:
        if (this.#types[event.extra] !== 'Timeout') return;
        this.#timers.set(event.id, { bornUs: event.now, execution: event.b });
        if (this.#timers.size > MAX_TIMERS) this.#timers.delete(this.#timers.keys().next().value!);
        break;
      case Op.Before:
        if (this.#timers.size > 0) this.#timers.delete(event.id);
        break;
      case Op.Pending:
        this.records.push({
          promise: event.id,
          bornUs: momentBefore(event.now, event.a),
          stack: event.b,
          request: this.#work.ids.request(event.id),
          timed: this.#madeWithTimer(event.id),
          reach: reachOf(event.extra),
        });
        break;
    }
  }

  /** Timers that a request set and that have not fired. */
  timersOf(request: number): number {
    let count = 0;
    for (const id of this.#timers.keys()) if (this.#work.ids.request(id) === request) count++;
    return count;
  }

  /** Creations have no clock of their own, so a promise and a timer of the same execution and clock reading belong together. */
  #madeWithTimer(promise: number): boolean {
    this.#timedMoments ??= new Set([...this.#timers.values()].map((t) => `${t.execution}@${t.bornUs}`));
    const { ids } = this.#work;
    return this.#timedMoments.has(`${ids.execution(promise)}@${ids.bornUs(promise)}`);
  }
}

function reachOf(value: number): PendingReach {
  return value === PendingReach.Held || value === PendingReach.Gone ? value : PendingReach.Unknown;
}
