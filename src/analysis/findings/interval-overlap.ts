import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { IntervalRecord } from '../passes/intervals.ts';
import { heaviestPlace, locationOf, ownFrames } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatTimes } from '../words.ts';

/** A timer fires again before the work of its last firing is done. */
export const intervalOverlap: FindingRule = {
  id: 'interval-overlap',
  find: (measured) => measured.intervals.records.flatMap((interval) => judge(interval, measured) ?? []),
};

/** A firing whose work went on into the next ones. Times in µs. */
interface Overlap {
  index: number;
  tookUs: number;
}

function judge(interval: IntervalRecord, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.intervalOverlap;
  const { firings } = interval;
  const periodUs = usualGap(interval);
  const overlaps: Overlap[] = [];
  for (let i = 1; i + 1 < firings.length; i++) {
    const { startUs, lastUs } = firings[i]!;
    const tookUs = lastUs - startUs;
    if (lastUs > firings[i + 1]!.startUs + periodUs * limits.depth) overlaps.push({ index: i, tookUs });
  }
  if (overlaps.length < limits.overlaps || overlaps.length < (firings.length - 2) * limits.share)
    return undefined;
  const waiting = waitingIn(interval, new Set(overlaps.map(({ index }) => index)), measured);
  return waiting && describe(interval, overlaps, waiting, periodUs);
}

/**
 * Where the work of a firing waits after the next one began: the outermost own line. Work that nobody awaits (a timer
 * that was set, a connection that was opened) is not work that overlaps.
 */
function waitingIn(
  interval: IntervalRecord,
  overlapping: ReadonlySet<number>,
  measured: Measured,
): Frame[] | undefined {
  const places: { frames: Frame[]; weight: number }[] = [];
  for (const { request, timeUs, stack, weight } of measured.waits.samples) {
    if (request >= 0) continue;
    const firing = measured.intervals.firingOf(request);
    if (firing?.interval !== interval || !overlapping.has(firing.index)) continue;
    if (timeUs < interval.firings[firing.index + 1]!.startUs) continue;
    places.push({ frames: ownFrames(stack, measured.tables).reverse(), weight });
  }
  return heaviestPlace(places)?.frames;
}

function describe(
  { firings }: IntervalRecord,
  overlaps: readonly Overlap[],
  waiting: readonly Frame[],
  periodUs: number,
): Finding {
  const took = ascending(overlaps.map(({ tookUs }) => microsToMillis(tookUs)));
  const total = took.reduce((sum, ms) => sum + ms, 0);
  const [at, ...inner] = waiting;
  const atOnce = Math.max(...overlaps.map(({ index }) => runningAt(firings, firings[index]!.startUs)));
  return {
    rule: 'interval-overlap',
    severity: overlaps.length >= (firings.length - 2) * 0.8 ? 'warning' : 'info',
    confidence: 'measured',
    message: `Fires every ${millis(microsToMillis(periodUs))}, but its work takes ${millis(total / took.length)}: ${formatTimes(overlaps.length)} the last one was not done, ${atOnce} at once. Set the next timer when the work is done`,
    location: locationOf(at!),
    evidence: {
      count: overlaps.length,
      totalMs: round1(total),
      maxMs: round1(took.at(-1)!),
      p99Ms: round1(quantile(took, 0.99)),
      loopShare: 0,
      routes: [],
    },
    chain: [],
    related: inner.slice(-1).map((frame) => ({ message: 'waits here', location: locationOf(frame) })),
  };
}

/** Firings under way at a moment. */
function runningAt(firings: IntervalRecord['firings'], us: number): number {
  return firings.filter(({ startUs, lastUs }) => startUs <= us && us < lastUs).length;
}

function usualGap({ firings }: IntervalRecord): number {
  const gaps: number[] = [];
  for (let i = 1; i < firings.length; i++) gaps.push(firings[i]!.startUs - firings[i - 1]!.startUs);
  return quantile(ascending(gaps), 0.5);
}
