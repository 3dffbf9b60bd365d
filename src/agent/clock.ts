import type { Performance } from 'node:perf_hooks';

/** The agent's clock: µs since the moment it was made. */
export interface Clock {
  /** Reads it: µs, modulo 2^32 as a signed number, as events carry it. */
  now: () => number;
  /** The last reading. */
  time: () => number;
  /** Reads it without touching the last reading: µs, with fractions. */
  read: () => number;
  /** The clock's origin on `performance.now`, ms. */
  origin: number;
  /** ... and on V8's profiler clock, µs. */
  originUs: number;
}

/** A test framework may have put a clock that stands still in the place of `performance.now`: the class has the real one. */
export function createClock(performance: Performance): Clock {
  const inherited = (Object.getPrototypeOf(performance) as { now?: unknown }).now;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- bound in the next line
  const own = typeof inherited === 'function' ? (inherited as () => number) : performance.now;
  const clock = own.bind(performance);
  const { origin, originUs } = align(clock);
  let last = 0;
  return {
    now: () => (last = ((clock() - origin) * 1000) | 0),
    time: () => last,
    read: () => (clock() - origin) * 1000,
    origin,
    originUs,
  };
}

/** Readings of both clocks; of more, one is hardly better. */
const READINGS = 8;

/**
 * The same moment on both clocks. Between two readings the thread may lose the processor, and the times of threads and
 * processes would not fit together: of several pairs, the one that was read fastest counts.
 */
function align(clock: () => number): { origin: number; originUs: number } {
  let best = { took: Infinity, origin: 0, originUs: 0 };
  for (let k = 0; k < READINGS; k++) {
    const before = clock();
    const ns = process.hrtime.bigint();
    const took = clock() - before;
    if (took < best.took) best = { took, origin: before + took / 2, originUs: Number(ns / 1000n) };
  }
  return best;
}
