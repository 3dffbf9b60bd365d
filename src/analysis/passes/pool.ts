import { Op } from '../../model/event.ts';
import { runsInPool } from '../../model/thread-pool.ts';
import type { Pass, WalkedEvent } from '../walk.ts';

/** Tasks kept in flight; of more, the oldest are given up. */
const MAX_IN_FLIGHT = 200_000;
/** Tasks that are kept one by one; then what they tell is added up, and they go. */
const MAX_TASKS = 200_000;
/** Its end has not been seen. */
const OPEN = -1;

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

/** How the pool was used, as far as is known. */
export interface PoolUses {
  /** By index of the type. */
  uses: ReadonlyMap<number, PoolUse>;
  /** µs in which at least one task waited for a thread. */
  fullUs: number;
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
 *
 * Synchronous calls of the same kind (`randomBytes(16)`, `scryptSync`) are created as tasks too, and never called back: only
 * what was called back had a thread. So it is judged afterwards.
 */
export class Pool implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.After, Op.Dropped];
  readonly #size: number;
  readonly #types: readonly string[];
  readonly #inPool: boolean[] = [];
  /** In the order in which they were asked for. */
  #tasks: Task[] = [];
  readonly #inFlight = new Map<number, Task>();
  /** Asked for since the clock was last read: creations have none, and a task shall not seem to wait while code runs. */
  #asked: { id: number; type: number }[] = [];
  /** Of the tasks that went. */
  #sums = new Sums();

  /** @param size threads of the pool */
  constructor(size: number, types: readonly string[]) {
    this.#size = Math.max(1, size);
    this.#types = types;
  }

  /** Of the tasks that are done. */
  figures(): PoolUses {
    const sums = this.#sums.copy();
    sums.add(this.#tasks, this.#size);
    return sums;
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.Init) {
      if (!(this.#inPool[event.extra] ??= runsInPool(this.#types[event.extra] ?? ''))) return;
      this.#asked.push({ id: event.id, type: event.extra });
    } else if (event.op !== Op.Dropped) {
      for (const { id, type } of this.#asked) this.#ask(id, type, event.now);
      if (this.#asked.length > 0) this.#asked = [];
      if (event.op === Op.Before && this.#inFlight.size > 0) this.#finish(event.id, event.now);
    } else {
      // Ends are among what was lost.
      this.#inFlight.clear();
      this.#asked = [];
    }
  }

  #ask(id: number, type: number, now: number): void {
    if (this.#tasks.length >= MAX_TASKS) this.#sumUp();
    const task = { type, bornUs: now, doneUs: OPEN };
    this.#tasks.push(task);
    this.#inFlight.set(id, task);
    if (this.#inFlight.size > MAX_IN_FLIGHT) this.#inFlight.delete(this.#inFlight.keys().next().value!);
  }

  #finish(id: number, now: number): void {
    const task = this.#inFlight.get(id);
    if (!task) return;
    task.doneUs = now;
    this.#inFlight.delete(id);
  }

  /** What is still in flight stays, unless it has been there for longer than all others. */
  #sumUp(): void {
    this.#sums.add(this.#tasks, this.#size);
    const young = [...this.#inFlight].slice(-MAX_TASKS / 2);
    this.#inFlight.clear();
    for (const [id, task] of young) this.#inFlight.set(id, task);
    this.#tasks = young.map(([, task]) => task);
  }
}

interface Task {
  type: number;
  bornUs: number;
  /** {@link OPEN} until it is called back. */
  doneUs: number;
}

class Sums implements PoolUses {
  readonly uses = new Map<number, PoolUse>();
  fullUs = 0;

  copy(): Sums {
    const copy = new Sums();
    for (const [type, use] of this.uses) copy.uses.set(type, { ...use });
    copy.fullUs = this.fullUs;
    return copy;
  }

  /** @param tasks in the order in which they were asked for */
  add(tasks: readonly Task[], size: number): void {
    /** The latest ends among older tasks, as many as there are threads, ascending: at the first of them a thread is free. */
    const ends: number[] = [];
    let fullUntilUs = -Infinity;
    for (const { type, bornUs, doneUs } of tasks) {
      if (doneUs === OPEN) continue;
      const startUs = Math.max(bornUs, ends.length < size ? bornUs : ends[0]!);
      insert(ends, doneUs, size);
      this.fullUs += Math.max(0, Math.min(startUs, doneUs) - Math.max(bornUs, fullUntilUs));
      fullUntilUs = Math.max(fullUntilUs, Math.min(startUs, doneUs));
      // Done before it was thought to have begun: its begin is not known, and neither is how long it was queued.
      if (startUs <= doneUs) this.#count(type, startUs - bornUs, doneUs - startUs);
    }
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

/** Puts an end among the latest ones. */
function insert(ends: number[], end: number, most: number): void {
  if (ends.length >= most) {
    if (end <= ends[0]!) return;
    ends.shift();
  }
  let at = ends.length;
  while (at > 0 && ends[at - 1]! > end) at--;
  ends.splice(at, 0, end);
}
