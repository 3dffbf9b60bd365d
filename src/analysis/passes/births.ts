import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Creations with a stack that are kept; the oldest go first. */
const MAX_BIRTHS = 200_000;

/** A resource or promise of which it is known where it was created. */
export interface Birth {
  id: number;
  /** Index of its type. */
  type: number;
  stack: number;
  /** How many creations it stands for. */
  weight: number;
  request: number;
  /** µs. */
  timeUs: number;
}

/** Where sampled resources and promises were created. */
export class Births implements Pass {
  readonly ops = [Op.InitStack];
  readonly #work: Work;
  readonly #byId = new Map<number, Birth>();

  constructor(work: Work) {
    this.#work = work;
  }

  get(id: number): Birth | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Birth> {
    return this.#byId.values();
  }

  on(event: WalkedEvent): void {
    const { ids } = this.#work;
    if (this.#byId.size >= MAX_BIRTHS) this.#byId.delete(this.#byId.keys().next().value!);
    this.#byId.set(event.id, {
      id: event.id,
      type: ids.type(event.id),
      stack: event.b,
      weight: Math.max(1, event.extra),
      request: ids.request(event.id),
      timeUs: event.now,
    });
  }
}
