import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Samples with the same stack. */
export interface AwaitStack {
  stack: number;
  /** Suspended functions that they stand for, added up over the moments of sampling. */
  weight: number;
  samples: number;
}

/** Promises whose followers are counted, by the lower bits of their ids; a power of two. */
const REMEMBERED = 1 << 16;

/**
 * Where async functions wait, as a sampling profile. A sample is of the promise that an `await` makes of its own, and so
 * stands for `weight` suspended functions. Left out is what no function waits in: promises that nobody awaits, and those that
 * only pass a result on (`return promise` in an async function makes one).
 */
export class Awaits implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.After, Op.WaitSample, Op.Settled];
  readonly stacks = new Map<number, AwaitStack>();
  /** Suspended functions whose place could not be told, by weight: one of several that await the same promise. */
  untold = 0;

  readonly #work: Work;
  readonly #followers = new Uint8Array(REMEMBERED);
  readonly #followed = new Int32Array(REMEMBERED);
  readonly #passing = new Set<number>();
  /** Of what runs: the promise that is being resolved with another promise, while nothing was created in it. */
  #job = 0;

  /** @param work must see each event before this pass */
  constructor(work: Work) {
    this.#work = work;
  }

  on(event: WalkedEvent): void {
    switch (event.op) {
      case Op.Init:
        this.#init(event);
        break;
      case Op.Before:
        // A promise that follows no other runs only when it was resolved with another promise.
        this.#job = this.#parent(event.id) === 0 ? event.id : 0;
        break;
      case Op.After:
        this.#job = 0;
        break;
      case Op.Settled:
        if (this.#passing.size > 0) this.#passing.delete(event.id);
        break;
      default:
        this.#sample(event.id, event.extra / 16, event.b);
    }
  }

  #init({ id }: WalkedEvent): void {
    const parent = this.#parent(id);
    if (parent !== 0) {
      const slot = (parent >> 1) & (REMEMBERED - 1);
      if (this.#followed[slot] === parent) this.#followers[slot] = Math.min(2, this.#followers[slot]! + 1);
      else {
        this.#followed[slot] = parent;
        this.#followers[slot] = 1;
      }
      if (this.#job !== 0 && this.#work.ids.execution(id) === this.#job) this.#passing.add(id);
    }
    this.#job = 0;
  }

  #sample(id: number, weight: number, stack: number): void {
    const parent = this.#parent(id);
    if (parent === 0 || this.#passing.has(id)) return;
    if (stack === 0) {
      const slot = (parent >> 1) & (REMEMBERED - 1);
      if (this.#followed[slot] === parent && this.#followers[slot]! > 1) this.untold += weight;
      return;
    }
    const known = this.stacks.get(stack) ?? { stack, weight: 0, samples: 0 };
    this.stacks.set(stack, known);
    known.weight += weight;
    known.samples++;
  }

  /** What a promise follows; without anything to follow, its trigger is what was under way. */
  #parent(id: number): number {
    const { ids } = this.#work;
    const trigger = ids.trigger(id);
    return trigger === ids.execution(id) ? 0 : trigger;
  }
}
