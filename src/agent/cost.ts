import { NativePromise } from './native-promise.ts';

/** Promises made to measure what the hooks cost. */
const BURST = 64;
/** Readings of the clock in the measurement: their spread is the clock's own price. */
const READINGS = 16;

/** What recording costs the main thread, µs. */
export interface CostMeter {
  /** Time that we have spent and measured ourselves. */
  spent: (us: number) => void;
  /** Measures anew what an event costs here. Takes about 20 µs; must be called inside `unrecorded`. */
  calibrate: () => void;
  /** All of it since the last call, `events` of the hooks among it. */
  take: (events: number) => number;
}

/**
 * What our code does at heartbeats is timed. What hooks do is too short to be timed each time, so an event's price is
 * measured in the process itself, again and again, warm: a burst of promises under the same hooks, and some readings of
 * the clock. It counts what V8 adds to call a hook, and leaves out what it cannot see: slower garbage collections, colder
 * caches, code compiled anew when hooks come or go.
 *
 * @param read a precise clock, µs
 * @param now the clock that hooks read
 */
export function createCostMeter(read: () => number, now: () => number): CostMeter {
  let spentUs = 0;
  let eventUs = 0;
  const settle = (resolve: () => void): void => resolve();

  return {
    spent: (us) => {
      spentUs += us;
    },
    calibrate: () => {
      const from = read();
      for (let k = 0; k < BURST; k++) void new NativePromise<void>(settle);
      const made = read();
      for (let k = 0; k < READINGS; k++) now();
      const readings = read();
      // Two events for each promise (created, settled); of four events of the program, one or two read the clock.
      const once = (made - from) / (BURST * 2) + ((readings - made) / READINGS) * 0.4;
      // The lowest of the neighbourhood: an interruption is not the price.
      eventUs = eventUs === 0 ? once : once < eventUs ? once : eventUs + (once - eventUs) * 0.1;
      spentUs += readings - from;
    },
    take: (events) => {
      const us = spentUs + events * eventUs;
      spentUs = 0;
      return us;
    },
  };
}
