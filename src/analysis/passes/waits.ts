import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** A pending promise that was picked at random. */
export interface WaitRecord {
  timeUs: number;
  /** Pending promises that this one stands for. */
  weight: number;
  stack: number;
  request: number;
  promise: number;
  /** When it was created, µs; -1 = not seen. */
  bornUs: number;
  /** When it settled, µs; -1 = not while recording. */
  settledUs: number;
  /** Type of the resource in whose execution it settled; 0 = not known, or it was no resource. */
  wakerType: number;
  /** True when it waited for that itself, not for another function that did. */
  innermost: boolean;
}

/** Samples kept; past that every second one is, with twice the weight, and so on. */
const MAX_SAMPLES = 400_000;

/** The sampled waits, with the whole life of each promise where it was seen. */
export class Waits implements Pass {
  readonly ops = [Op.WaitSample, Op.Settled];
  samples: WaitRecord[] = [];
  #seen = 0;
  #every = 1;
  readonly #work: Work;
  readonly #open = new Map<number, WaitRecord[]>();

  constructor(work: Work) {
    this.#work = work;
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.Settled) {
      const records = this.#open.get(event.id);
      if (!records) return;
      this.#open.delete(event.id);
      const wakerType = this.#work.ids.type(this.#work.origin(event.b));
      const innermost = this.#isInnermost(event.id, event.b);
      for (const record of records) {
        record.settledUs = event.now;
        record.wakerType = wakerType;
        record.innermost = innermost;
      }
      return;
    }
    if (this.samples.length >= MAX_SAMPLES) this.#thin();
    if (this.#seen++ % this.#every !== 0) return;
    const record: WaitRecord = {
      timeUs: event.now,
      weight: (event.extra / 16) * this.#every,
      stack: event.b,
      request: this.#work.ids.request(event.id),
      promise: event.id,
      bornUs: this.#work.ids.bornUs(event.id),
      settledUs: -1,
      wakerType: 0,
      innermost: false,
    };
    this.samples.push(record);
    const others = this.#open.get(event.id);
    if (others) others.push(record);
    else this.#open.set(event.id, [record]);
  }

  /** An `await` settles its own promise when the function goes on: what it waited for is what that promise follows. */
  #isInnermost(id: number, waker: number): boolean {
    const by = waker === id ? this.#work.ids.waker(this.#work.ids.trigger(id)) : waker;
    return by !== 0 && !this.#work.isReaction(by);
  }

  #thin(): void {
    this.#every *= 2;
    this.samples = this.samples.filter((_sample, i) => i % 2 === 0);
    for (const sample of this.samples) sample.weight *= 2;
  }
}
