import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Timers followed at once, and firings kept of each. */
const MAX_TIMERS = 20_000;
const MAX_FIRINGS = 5_000;
const MAX_JOBS = 300_000;

/** A firing of a timer that fires again and again. Times in µs. */
export interface Firing {
  /** What is done on its behalf, below zero; 0 = not known. */
  job: number;
  startUs: number;
  /** End of the last execution on its behalf. */
  lastUs: number;
}

/** A timer that fires again and again. */
export interface IntervalRecord {
  id: number;
  firings: Firing[];
}

/**
 * Timers that repeat, and what is done on behalf of each firing: a job. A job is to what follows from it what a request
 * is to its own, under a number below zero. The first firing is not known to be one of several and has no job.
 */
export class Intervals implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.After];
  readonly #work: Work;
  readonly #types: readonly string[];
  /** Timers that have fired once, with the moment. */
  readonly #once = new Map<number, number>();
  readonly #byId = new Map<number, IntervalRecord>();
  readonly #byJob = new Map<number, { interval: IntervalRecord; index: number }>();
  #timeout = -1;
  #jobs = 0;

  constructor(work: Work, types: readonly string[]) {
    this.#work = work;
    this.#types = types;
  }

  /** Timers that fired at least twice. */
  get records(): IntervalRecord[] {
    return [...this.#byId.values()];
  }

  /** The firing that a job is; undefined for requests and for what is not known. */
  firingOf(job: number): { interval: IntervalRecord; index: number } | undefined {
    return this.#byJob.get(job);
  }

  on(event: WalkedEvent): void {
    switch (event.op) {
      case Op.Init:
        if (this.#timeout < 0 && this.#types[event.extra] === 'Timeout') this.#timeout = event.extra;
        return;
      case Op.Before:
        if (this.#work.ids.type(event.id) === this.#timeout && this.#work.depth === 1) this.#fire(event);
        return;
      default:
        if (this.#work.ending < 0) this.#ran(this.#work.ending, event.now);
    }
  }

  #fire({ id, now }: WalkedEvent): void {
    const interval = this.#byId.get(id);
    if (!interval) {
      const first = this.#once.get(id);
      if (first === undefined) {
        if (this.#once.size >= MAX_TIMERS) this.#once.delete(this.#once.keys().next().value!);
        this.#once.set(id, now);
        return;
      }
      this.#once.delete(id);
      if (this.#byId.size >= MAX_TIMERS) return;
      const firings = [{ job: 0, startUs: first, lastUs: first }];
      this.#byId.set(id, { id, firings });
    }
    const known = this.#byId.get(id)!;
    if (known.firings.length >= MAX_FIRINGS || this.#jobs <= -MAX_JOBS) return;
    const job = --this.#jobs;
    this.#byJob.set(job, { interval: known, index: known.firings.length });
    known.firings.push({ job, startUs: now, lastUs: now });
    // What a request set up repeats for that request.
    if (this.#work.current === 0) this.#work.adopt(job, now);
  }

  #ran(job: number, now: number): void {
    const firing = this.#byJob.get(job);
    if (firing) firing.interval.firings[firing.index]!.lastUs = now;
  }
}
