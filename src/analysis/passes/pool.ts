import { Op } from '../../model/event.ts';
import { runsInPool } from '../wait-kinds.ts';
import type { Pass, WalkedEvent } from '../walk.ts';

/** Tasks kept in flight; a process that asks for more is not followed further until some are done. */
const MAX_TASKS = 200_000;

/** Tasks of the thread pool of one type. Times in µs. */
export interface PoolUse {
  /** Index of the type. */
  type: number;
  tasks: number;
  /** In all, from the asking until a thread was free. */
  queuedUs: number;
  /** In all, from then until the callback. */
  servedUs: number;
  longestQueueUs: number;
}

/**
 * How long tasks waited for a thread of the pool. Nobody tells when a task begins, but the pool takes them in order, so
 * it follows: a task begins when it is asked for, or when fewer older ones than there are threads are unfinished.
 *
 * ```
 *   2 threads    a |=========|
 *                b |==============|
 *                c |..queued..|=======|     begins when a is done
 * ```
 */
export class Pool implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.After, Op.Dropped];
  /** By index of the type. */
  readonly uses = new Map<number, PoolUse>();
  #fullUs = 0;
  /** Most tasks that waited at once. */
  longestQueue = 0;
  readonly #size: number;
  readonly #types: readonly string[];
  readonly #inPool: boolean[] = [];
  /** Tasks that wait for a thread, in order. */
  readonly #waiting = new Map<number, { type: number; bornUs: number }>();
  readonly #running = new Map<number, { type: number; bornUs: number; startUs: number }>();
  #fullSince = -1;
  /** Asked for since the clock was last read: creations have none, and a task shall not seem to wait while code runs. */
  #asked: { id: number; type: number }[] = [];

  /** @param size threads of the pool */
  constructor(size: number, types: readonly string[]) {
    this.#size = Math.max(1, size);
    this.#types = types;
  }

  /** µs until `nowUs` in which at least one task waited for a thread. */
  fullUs(nowUs: number): number {
    return this.#fullUs + (this.#fullSince < 0 ? 0 : nowUs - this.#fullSince);
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.Init) {
      if (!(this.#inPool[event.extra] ??= runsInPool(this.#types[event.extra] ?? ''))) return;
      this.#asked.push({ id: event.id, type: event.extra });
    } else if (event.op !== Op.Dropped) {
      for (const { id, type } of this.#asked) this.#ask(id, type, event.now);
      if (this.#asked.length > 0) this.#asked = [];
      if (event.op === Op.Before && this.#running.size > 0) this.#finish(event.id, event.now);
    } else {
      // Ends are among what was lost.
      this.#running.clear();
      this.#waiting.clear();
      this.#asked = [];
      this.#fullSince = -1;
    }
  }

  #ask(id: number, type: number, now: number): void {
    if (this.#running.size < this.#size) {
      this.#running.set(id, { type, bornUs: now, startUs: now });
      return;
    }
    if (this.#waiting.size >= MAX_TASKS) return;
    if (this.#waiting.size === 0) this.#fullSince = now;
    this.#waiting.set(id, { type, bornUs: now });
    this.longestQueue = Math.max(this.longestQueue, this.#waiting.size);
  }

  #finish(id: number, now: number): void {
    const task = this.#running.get(id);
    if (task) {
      this.#running.delete(id);
      this.#count(task.type, task.startUs - task.bornUs, now - task.startUs);
      this.#next(now);
      return;
    }
    // Done before it was thought to have begun: its begin is not known, and neither is how long it was queued.
    if (this.#waiting.delete(id) && this.#waiting.size === 0) this.#notFull(now);
  }

  #next(now: number): void {
    for (const [id, { type, bornUs }] of this.#waiting) {
      this.#waiting.delete(id);
      this.#running.set(id, { type, bornUs, startUs: now });
      if (this.#waiting.size === 0) this.#notFull(now);
      return;
    }
  }

  #notFull(now: number): void {
    if (this.#fullSince >= 0) this.#fullUs += now - this.#fullSince;
    this.#fullSince = -1;
  }

  #count(type: number, queuedUs: number, servedUs: number): void {
    const use = this.uses.get(type) ?? { type, tasks: 0, queuedUs: 0, servedUs: 0, longestQueueUs: 0 };
    use.tasks++;
    use.queuedUs += queuedUs;
    use.servedUs += servedUs;
    use.longestQueueUs = Math.max(use.longestQueueUs, queuedUs);
    this.uses.set(type, use);
  }
}
