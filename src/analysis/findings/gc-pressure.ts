import { millis } from '../../base/figures.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { Hotspot } from '../hotspots.ts';
import { gcShareOf, utilizationOf } from '../loop-figures.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { insideLibrary, lineKey } from '../places.ts';
import { recheck } from '../recheck.ts';
import { allocatingPlaces } from '../sampled-places.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatShare } from '../words.ts';

/** Kind of a collection of the young generation, as `perf_hooks` names it. */
const MINOR = 1;

/** Garbage collection takes a good part of the time, and this is where most was allocated before it. */
export const gcPressure: FindingRule = {
  id: 'gc-pressure',
  find: (measured, _earlier, problems) => {
    const { thresholds, observedUs, collections } = measured;
    const share = gcShareOf(measured);
    const limits = thresholds.gcPressure;
    // A loop that is often idle has room for garbage; what it does takes longer all the same.
    const ofBusy = share / Math.max(share, utilizationOf(measured));
    if (share < (ofBusy >= limits.share ? limits.leastShare : limits.share)) return [];
    const counted = collections.pauses.length;
    if (counted > 0 && counted < limits.collections) return [];
    if (microsToMillis(observedUs) < thresholds.observedMs) {
      problems.push(...recheck('gc-pressure', 'much garbage was collected, but in a short time', measured));
      return [];
    }
    const [place] = allocatingPlaces(measured);
    if (!place) return [];
    // A few long collections are told as what held the loop.
    if (share < limits.warnShare && measured.hotspots.some((spot) => isLongCollection(spot, place, measured)))
      return [];
    const severity: Severity =
      share >= limits.errorShare ? 'error' : share >= limits.warnShare ? 'warning' : 'info';
    return [
      {
        rule: 'gc-pressure',
        severity,
        confidence: 'measured',
        message: `Garbage collection took ${formatShare(share)} of the time${pauses(measured)}; most of it followed allocations here`,
        location: place.location,
        cause: 'gc',
        evidence: evidence(measured, share),
        chain: place.callers.map((caller) => ({ kind: 'call' as const, ...caller })),
        related: insideLibrary(place.below.library),
      },
    ];
  },
};

function isLongCollection(spot: Hotspot, { location }: Hotspot, { thresholds }: Measured): boolean {
  const long = Math.max(...spot.heldUs) >= thresholds.blockedLoop.longMs * 1000;
  return spot.cause === 'gc' && long && lineKey(spot.location) === lineKey(location);
}

/** `, 12 full collections of 45 ms at most and 310 small ones` */
function pauses({ collections }: Measured): string {
  if (collections.pauses.length === 0) return '';
  const full = collections.pauses.filter(({ kind }) => kind !== MINOR);
  const small = collections.pauses.length - full.length;
  const longest = Math.max(0, ...full.map(({ startUs, endUs }) => endUs - startUs));
  const parts = [
    ...(full.length > 0
      ? [`${full.length} full collections of ${millis(microsToMillis(longest))} at most`]
      : []),
    ...(small > 0 ? [`${small} small ones`] : []),
  ];
  return `, ${parts.join(' and ')}`;
}

function evidence({ collections, observedUs, routes }: Measured, share: number): Finding['evidence'] {
  const held = ascending(collections.pauses.map(({ startUs, endUs }) => microsToMillis(endUs - startUs)));
  return {
    count: held.length,
    totalMs: round1(microsToMillis(share * observedUs)),
    maxMs: round1(held.at(-1) ?? 0),
    p99Ms: round1(quantile(held, 0.99)),
    loopShare: Math.round(share * 1e4) / 1e4,
    routes: routes.slice(0, 5).map(({ route }) => route),
  };
}
