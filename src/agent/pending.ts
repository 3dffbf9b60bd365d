import { Stamp } from './stamp.ts';

/**
 * The promises that are pending now, so that some can be picked at random. A dense array: adding and removing move one
 * entry. It holds its promises strongly while recording, at most `limit` of them; beyond that they are only counted.
 */
export interface PendingSet {
  /** Stamps the promise with its id and adds it. `time`: µs. */
  add: (promise: object, id: number, time: number) => void;
  settle: (promise: object) => void;
  /** Promises pending and seen being made, those beyond the limit included. */
  size: () => number;
  /** A promise picked at random; undefined when there is none. */
  pick: () => object | undefined;
  /** Calls `visit` for each held promise, oldest first where it matters: see `time`. */
  each: (visit: (promise: object, id: number, time: number) => void) => void;
  clear: () => void;
}

export function createPendingSet(limit: number): PendingSet {
  // Filled in advance: a packed array that never changes its kind.
  let held: (object | undefined)[] = new Array<undefined>(limit).fill(undefined);
  const times = new Int32Array(limit);
  let count = 0;
  let beyond = 0;

  return {
    add: (promise, id, time) => {
      if (count >= limit) {
        beyond++;
        new Stamp(promise, id, -2);
        return;
      }
      new Stamp(promise, id, count);
      held[count] = promise;
      times[count] = time;
      count++;
    },
    settle: (promise) => {
      const slot = Stamp.slot(promise);
      if (slot < 0) {
        if (slot === -2) {
          beyond--;
          Stamp.move(promise, -1);
        }
        return;
      }
      count--;
      const last = held[count]!;
      held[slot] = last;
      times[slot] = times[count]!;
      held[count] = undefined;
      Stamp.move(last, slot);
      Stamp.move(promise, -1);
    },
    size: () => count + beyond,
    pick: () => (count === 0 ? undefined : held[Math.floor(Math.random() * count)]),
    each: (visit) => {
      for (let slot = 0; slot < count; slot++) visit(held[slot]!, Stamp.id(held[slot]!), times[slot]!);
    },
    clear: () => {
      held = [];
      count = 0;
    },
  };
}
