import { Op } from '../model/event.ts';
import { Ctl } from './protocol.ts';

// Read once: see `hooks.ts`.
const { Written, Head, Tail } = Ctl;

/** Events between two publications; the heartbeat publishes the rest. */
const PUBLISH_EVERY = 32;

export type Put = (word0: number, id: number, a: number, b: number) => void;

export interface Ring {
  /** Shared with the worker: control words, then the ring. */
  ctl: Int32Array;
  words: Int32Array;
  put: Put;
  /** Makes everything written so far visible to the reader. */
  publish: () => void;
  /** Takes out what is there, for the transport without a worker; at most `max` events. */
  take: (max: number) => Int32Array;
  counts: () => { produced: number; dropped: number };
}

/**
 * A single-producer, single-consumer ring of 16-byte events in shared memory. When it is full, events are dropped and
 * counted, never waited for and never grown for; the count goes into the stream as soon as there is room again.
 *
 * @param size events, a power of two
 * @param time µs since the clock origin of the last clock read
 */
export function createRing(size: number, time: () => number): Ring {
  const ctl = new Int32Array(new SharedArrayBuffer(Ctl.Length * 4));
  const words = new Int32Array(new SharedArrayBuffer(size * 16));
  const mask = size - 1;
  let head = 0;
  let tail = 0;
  let lost = 0;
  let dropped = 0;
  let produced = 0;

  const write = (word0: number, id: number, a: number, b: number): void => {
    const at = (head & mask) << 2;
    words[at] = word0;
    words[at + 1] = id;
    words[at + 2] = a;
    words[at + 3] = b;
    head = (head + 1) | 0;
    ctl[Written] = head;
    produced++;
    if ((head & (PUBLISH_EVERY - 1)) === 0) Atomics.store(ctl, Head, head);
  };

  const put: Put = (word0, id, a, b) => {
    if (((head - tail) | 0) >= size - 1) {
      tail = Atomics.load(ctl, Tail);
      if (((head - tail) | 0) >= size - 1) {
        lost++;
        dropped++;
        return;
      }
    }
    if (lost > 0) {
      const count = lost;
      lost = 0;
      write(Op.Dropped, count, time() | 0, 0);
      put(word0, id, a, b);
      return;
    }
    write(word0, id, a, b);
  };

  const publish = (): void => {
    Atomics.store(ctl, Ctl.Head, head);
  };

  return {
    ctl,
    words,
    put,
    publish,
    take: (max) => {
      publish();
      const from = Atomics.load(ctl, Ctl.Tail);
      const count = Math.min((head - from) | 0, max);
      const out = new Int32Array(count * 4);
      for (let k = 0; k < count; k++) {
        const at = ((from + k) & mask) << 2;
        out.set(words.subarray(at, at + 4), k * 4);
      }
      Atomics.store(ctl, Ctl.Tail, (from + count) | 0);
      return out;
    },
    counts: () => ({ produced, dropped }),
  };
}
