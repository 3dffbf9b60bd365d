import type { Change, ComparedFigure } from '../../model/comparison.ts';

/** Values beyond this many are thinned out evenly. */
const MAX_VALUES = 1_000;
/** Times that both recordings are drawn anew. */
const DRAWS = 400;
/** Share of the draws that lie outside the interval, at each end: 99 % confidence. */
const TAIL = 0.005;

/** How large a difference must be to be told, beside being certain. */
export interface Effect {
  /** Share of the larger of both. */
  relative: number;
  /** In the figure's own unit. */
  absolute: number;
}

/**
 * Compares quantiles of two series. Both are drawn anew, many times, in blocks of neighbours, as neighbours in time are alike
 * (a warm cache, a noisy minute) and would pass for more evidence than they are. A difference counts as one when its interval
 * leaves out zero and it is large enough to matter. The same input gives the same answer.
 */
export function compareQuantiles<Q extends readonly { q: number; effect: Effect }[]>(
  base: readonly number[],
  head: readonly number[],
  quantiles: Q,
): { [K in keyof Q]: ComparedFigure } {
  const random = randomOf(base.length * 31 + head.length);
  const series = [thinned(base), thinned(head)] as const;
  const differences = quantiles.map(() => new Float64Array(DRAWS));
  for (let i = 0; i < DRAWS; i++) {
    const before = drawn(series[0], random).sort();
    const after = drawn(series[1], random).sort();
    for (const [k, { q }] of quantiles.entries())
      differences[k]![i] = quantile(after, q) - quantile(before, q);
  }
  const all = [Float64Array.from(base).sort(), Float64Array.from(head).sort()] as const;
  return quantiles.map(({ q, effect }, k) =>
    judged(quantile(all[0], q), quantile(all[1], q), differences[k]!.sort(), effect),
  ) as { [K in keyof Q]: ComparedFigure };
}

/** The same for a ratio of two sums over the pieces of each recording: time per request, time per second. */
export function compareRatios(base: Pieces, head: Pieces, effect: Effect): ComparedFigure {
  const random = randomOf(base.over.length * 31 + head.over.length);
  const differences = new Float64Array(DRAWS);
  for (let i = 0; i < DRAWS; i++) differences[i] = ratio(head, random) - ratio(base, random);
  differences.sort();
  return judged(ratio(base), ratio(head), differences, effect);
}

/** Two series of the same length. */
export interface Pieces {
  of: readonly number[];
  over: readonly number[];
}

/** Of ascending values; 0 for none. */
function quantile(ascending: Float64Array, q: number): number {
  return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)] ?? 0;
}

function judged(base: number, head: number, differences: Float64Array, effect: Effect): ComparedFigure {
  const low = differences[Math.floor(TAIL * DRAWS)]!;
  const high = differences[Math.ceil((1 - TAIL) * DRAWS) - 1]!;
  const size = Math.abs(head - base);
  const large = size >= effect.absolute && size >= effect.relative * Math.max(base, head);
  const certain = low > 0 || high < 0;
  let change: Change = 'no-difference';
  if (large && certain) change = head > base ? 'worse' : 'better';
  return { base, head, low, high, change };
}

/** As many values as there were, in blocks that begin anywhere and go round at the end. */
function drawn(values: Float64Array, random: () => number): Float64Array {
  const { length } = values;
  const block = Math.max(1, Math.round(Math.sqrt(length) / 2));
  const draw = new Float64Array(length);
  for (let at = 0; at < length;) {
    let from = Math.floor(random() * length);
    for (let k = 0; k < block && at < length; k++, at++) {
      draw[at] = values[from]!;
      from = from + 1 === length ? 0 : from + 1;
    }
  }
  return draw;
}

/** With `random`, of as many pieces drawn anew. */
function ratio({ of, over }: Pieces, random?: () => number): number {
  let above = 0;
  let below = 0;
  for (let i = 0; i < over.length; i++) {
    const at = random ? Math.floor(random() * over.length) : i;
    above += of[at] ?? 0;
    below += over[at]!;
  }
  return below > 0 ? above / below : 0;
}

function thinned(values: readonly number[]): Float64Array {
  if (values.length <= MAX_VALUES) return Float64Array.from(values);
  return Float64Array.from(
    { length: MAX_VALUES },
    (_, i) => values[Math.floor((i * values.length) / MAX_VALUES)]!,
  );
}

/** A small generator of random numbers 0..1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
