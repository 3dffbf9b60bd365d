import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame, SourceLocation } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { Firing, IntervalRecord } from '../passes/intervals.ts';
import { heaviestPlace, locationOf, ownFrames } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { timerSetAt } from '../timer-place.ts';
import { formatTimes } from '../words.ts';

/** Share of the overlapping firings that must have asked for something, where nothing awaits. */
const ASKING = 0.8;

/** A timer fires again before the work of its last firing is done. */
export const intervalOverlap: FindingRule = {
  id: 'interval-overlap',
  find: (measured) => measured.intervals.records.flatMap((interval) => judge(interval, measured) ?? []),
};

/** A firing whose work went on into the next ones. Times in µs. */
interface Overlap {
  index: number;
  /** When the next firing began, and when this one's work was done. */
  nextUs: number;
  doneUs: number;
  tookUs: number;
}

function judge(interval: IntervalRecord, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.intervalOverlap;
  const { firings } = interval;
  const periodUs = usualGap(interval);
  const overlaps: Overlap[] = [];
  for (let i = 1; i + 1 < firings.length; i++) {
    const { startUs } = firings[i]!;
    const doneUs = doneAt(firings[i]!, measured);
    const nextUs = firings[i + 1]!.startUs;
    if (doneUs > nextUs + periodUs * limits.depth)
      overlaps.push({ index: i, nextUs, doneUs, tookUs: doneUs - startUs });
  }
  if (overlaps.length < limits.overlaps || overlaps.length < (firings.length - 2) * limits.share)
    return undefined;
  const waiting = waitingIn(interval, new Set(overlaps.map(({ index }) => index)), measured);
  if (waiting) return describe(interval, overlaps, placesOf(waiting), periodUs);
  const asked = overlaps.filter(({ index, nextUs }) => asksBeyond(firings[index]!, nextUs, measured));
  const setAt = asked.length >= overlaps.length * ASKING ? timerSetAt(interval, measured) : undefined;
  return setAt && describe(interval, overlaps, { at: setAt }, periodUs);
}

/** When the work of a firing was done: its last execution, or the last answer to what it asked. */
function doneAt({ job, lastUs }: Firing, { operations }: Measured): number {
  if (job === 0) return lastUs;
  return operations.of(job).reduce((done, { endUs }) => Math.max(done, endUs), lastUs);
}

/** A request of HTTP or a child process of this firing was still under way then: work in callbacks, which nobody awaits. */
function asksBeyond({ job }: Firing, us: number, { operations }: Measured): boolean {
  return job !== 0 && operations.of(job).some(({ startUs, endUs }) => startUs < us && endUs > us);
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

/** The line of the finding, and where its work waits. */
interface Places {
  at: SourceLocation;
  inner?: SourceLocation;
}

function placesOf([at, ...inner]: readonly Frame[]): Places {
  const last = inner.at(-1);
  return { at: locationOf(at!), ...(last && { inner: locationOf(last) }) };
}

function describe(
  { firings }: IntervalRecord,
  overlaps: readonly Overlap[],
  { at, inner }: Places,
  periodUs: number,
): Finding {
  const took = ascending(overlaps.map(({ tookUs }) => microsToMillis(tookUs)));
  const total = took.reduce((sum, ms) => sum + ms, 0);
  const atOnce = Math.max(
    ...overlaps.map(({ index }) => runningAt(overlaps, firings[index]!.startUs, firings)),
  );
  return {
    rule: 'interval-overlap',
    severity: overlaps.length >= (firings.length - 2) * 0.8 ? 'warning' : 'info',
    confidence: 'measured',
    message: `Fires every ${millis(microsToMillis(periodUs))}, but its work takes ${millis(total / took.length)}: ${formatTimes(overlaps.length)} the last one was not done, ${atOnce} at once. Set the next timer when the work is done`,
    location: at,
    evidence: {
      count: overlaps.length,
      totalMs: round1(total),
      maxMs: round1(took.at(-1)!),
      p99Ms: round1(quantile(took, 0.99)),
      loopShare: 0,
      routes: [],
    },
    chain: [],
    related: inner ? [{ message: 'waits here', location: inner }] : [],
  };
}

/** Overlapping firings under way at a moment. */
function runningAt(overlaps: readonly Overlap[], us: number, firings: readonly Firing[]): number {
  return overlaps.filter(({ index, doneUs }) => firings[index]!.startUs <= us && us < doneUs).length;
}

function usualGap({ firings }: IntervalRecord): number {
  const gaps: number[] = [];
  for (let i = 1; i < firings.length; i++) gaps.push(firings[i]!.startUs - firings[i - 1]!.startUs);
  return quantile(ascending(gaps), 0.5);
}
