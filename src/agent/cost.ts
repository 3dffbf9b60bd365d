import { NativePromise } from './native-promise.ts';

/** Bursts of a measurement: their median counts, so that an interruption of two of them does not. */
const BURSTS = 5;
/** Promises made in a burst, and readings of the clock. */
const PROMISES = 16;
const READINGS = 8;
/** No stack takes longer to read, and no heartbeat, µs: whatever seems to was interrupted. */
const LONGEST_US = 2_000;
const LONGEST_BEAT_US = 10_000;

/** What recording costs the main thread, µs. */
export interface CostMeter {
  /** Time that we have spent and measured ourselves, on the clock. */
  spent: (us: number) => void;
  /** The same for a heartbeat. */
  beat: (us: number) => void;
  /** Measures anew what an event costs here. Takes about 20 µs; to be called in a heartbeat, inside `unrecorded`. */
  calibrate: () => void;
  /** All of it since the last call, `events` of the hooks among it; no more than the thread was `busyUs`. */
  take: (events: number, busyUs: number) => number;
}

/**
 * What our code does at heartbeats is timed. What hooks do is too short to be timed each time, so an event's price is
 * measured in the process itself, again and again, warm: bursts of promises under the same hooks, and some readings of
 * the clock. It counts what V8 adds to call a hook, and leaves out what it cannot see: slower garbage collections, colder
 * caches, code compiled anew when hooks come or go.
 *
 * A machine that stands still for a moment must not pass for a cost: the governor would stop recording for it. CPU time would
 * tell, but to ask for that of a process takes longer than a heartbeat does.
 *
 * @param read a precise clock, µs
 * @param now the clock that hooks read
 */
export function createCostMeter(read: () => number, now: () => number): CostMeter {
  let spentUs = 0;
  let eventUs = 0;
  const settle = (resolve: () => void): void => resolve();
  const made = new Float64Array(BURSTS);
  const readings = new Float64Array(BURSTS);

  return {
    spent: (us) => {
      spentUs += Math.min(us, LONGEST_US);
    },
    beat: (us) => {
      spentUs += Math.min(us, LONGEST_BEAT_US);
    },
    calibrate: () => {
      for (let burst = 0; burst < BURSTS; burst++) {
        const from = read();
        for (let k = 0; k < PROMISES; k++) void new NativePromise<void>(settle);
        const middle = read();
        for (let k = 0; k < READINGS; k++) now();
        made[burst] = middle - from;
        readings[burst] = read() - middle;
      }
      // Two events for each promise (created, settled); of four events of the program, one or two read the clock.
      const once = median(made) / (PROMISES * 2) + (median(readings) / READINGS) * 0.4;
      // The lowest of the neighbourhood: neither a crowded moment nor code that is still cold is the price.
      eventUs = eventUs === 0 ? once : once < eventUs ? once : eventUs + (once - eventUs) * 0.1;
    },
    take: (events, busyUs) => {
      const us = spentUs + events * eventUs;
      spentUs = 0;
      return Math.min(us, Math.max(0, busyUs));
    },
  };
}

function median(values: Float64Array): number {
  return values.sort()[values.length >> 1]!;
}
