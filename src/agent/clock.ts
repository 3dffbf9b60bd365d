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
  const origin = clock();
  const originUs = Number(process.hrtime.bigint() / 1000n);
  let last = 0;
  return {
    now: () => (last = ((clock() - origin) * 1000) | 0),
    time: () => last,
    read: () => (clock() - origin) * 1000,
    origin,
    originUs,
  };
}
