import { Op, RequestKind } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { RequestRecord, Requests } from './requests.ts';
import { SegmentList, Step } from './segment-list.ts';
import type { Work } from './work.ts';

/** Steps back that are followed; a longer path keeps its end, and the rest of it is one wait for something unknown. */
const MAX_STEPS = 5_000;

/**
 * The critical path of each request: from the execution that ended it back to its beginning, over what made each step
 * ready.
 *
 * ```
 *   request-start            await             settled by       reaction       request-end
 *        |<------ run ------->|<---- wait: FSREQ ---->|<- micro ->|<---- run ---->|
 *                             ^ creation of FSREQ     ^ its callback
 * ```
 *
 * An execution was begun by the promise that it awaited, that promise settled in the execution of its waker, and so on
 * back to a resource: a file request, a timer, a socket. From the resource the path goes on in the execution that
 * created it. Handles that serve many requests were not created for this one, so the path goes on where it began to wait.
 */
export class Paths implements Pass {
  readonly ops = [Op.RequestEnd];
  readonly segments = new SegmentList();
  readonly #work: Work;
  readonly #requests: Requests;
  readonly #types: readonly string[];
  readonly #kinds: ('promise' | 'tick' | 'handle' | 'resource' | undefined)[] = [];

  constructor(work: Work, requests: Requests, types: readonly string[]) {
    this.#work = work;
    this.#requests = requests;
    this.#types = types;
  }

  on(event: WalkedEvent): void {
    const record = this.#requests.get(event.id);
    if (!record || record.endUs !== event.now || record.path.count > 0) return;
    if (record.status === 0 || record.kind === RequestKind.WebSocket || this.segments.isFull) return;
    const first = this.segments.length;
    this.#follow(record);
    record.path = { first, count: this.segments.length - first };
  }

  /** Adds the segments, the last one first. */
  #follow(record: RequestRecord): void {
    const { ids } = this.#work;
    const { startUs } = record;
    let at = record.endUs;
    let execution = this.#work.executing;
    let anchor: { fromUs: number; execution: number } | undefined;
    const go = (step: Step, type: number, fromUs: number): void => {
      const from = Math.max(startUs, Math.min(at, fromUs));
      if (from < at) this.segments.add(step, type, from, at);
      at = from;
    };
    for (let steps = 0; steps < MAX_STEPS && at > startUs && execution !== 0; steps++) {
      const owner = ids.request(execution);
      const begunUs = ids.begunUs(execution);
      if (begunUs < 0) break;
      const kind = this.#kindOf(execution);
      // Another request's doing: what this one waited for, whatever that was itself waiting for.
      if (kind !== 'handle' && anchor && owner !== 0 && owner !== record.id) {
        go(Step.Other, 0, anchor.fromUs);
        execution = anchor.execution;
        anchor = undefined;
        continue;
      }
      if (kind === 'handle' && begunUs > startUs) {
        go(Step.Wait, ids.type(execution), anchor?.fromUs ?? startUs);
        execution = anchor?.execution ?? 0;
        anchor = undefined;
        continue;
      }
      go(Step.Run, 0, begunUs);
      if (at <= startUs) break;
      const bornUs = ids.bornUs(execution);
      const creator = ids.execution(execution);
      if (bornUs < 0) break;
      switch (kind) {
        case 'tick':
          go(Step.Micro, 0, bornUs);
          execution = creator;
          break;
        case 'promise': {
          if (owner === record.id) anchor = { fromUs: bornUs, execution: creator };
          const awaited = ids.trigger(execution);
          const settledUs = ids.settledUs(awaited);
          if (settledUs >= 0 && settledUs <= bornUs) {
            go(Step.Micro, 0, bornUs);
            execution = creator;
          } else if (settledUs >= 0 && ids.waker(awaited) !== 0) {
            go(Step.Micro, 0, settledUs);
            execution = ids.waker(awaited);
          } else {
            go(Step.Wait, 0, bornUs);
            execution = creator;
          }
          break;
        }
        default:
          go(Step.Wait, ids.type(execution), bornUs);
          execution = creator;
      }
    }
    if (at > startUs) this.segments.add(Step.Wait, 0, startUs, at);
  }

  #kindOf(id: number): 'promise' | 'tick' | 'handle' | 'resource' {
    const type = this.#work.ids.type(id);
    return (this.#kinds[type] ??= this.#judge(type));
  }

  #judge(type: number): 'promise' | 'tick' | 'handle' | 'resource' {
    const name = this.#types[type] ?? '';
    if (name === 'PROMISE') return 'promise';
    if (name === 'TickObject' || name === 'Microtask') return 'tick';
    return this.#work.isLongLived(type) ? 'handle' : 'resource';
  }
}
