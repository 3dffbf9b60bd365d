import { count, percent } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { gcShareOf, utilizationOf, workingShareOf } from '../loop-figures.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { onlyComputes } from '../only-computes.ts';
import { onlyCall } from '../only-call.ts';
import { insideLibrary } from '../places.ts';
import { recheck } from '../recheck.ts';
import { busiestPlaces } from '../sampled-places.ts';
import { formatShare } from '../words.ts';

/** Findings that explain a busy loop better. */
const EXPLAIN = new Set(['blocked-loop', 'microtask-starvation', 'gc-pressure']);

/** The loop has no time left, with work that is short in itself. */
export const cpuSaturated: FindingRule = {
  id: 'cpu-saturated',
  find: (measured, earlier, problems) => {
    const { thresholds, observedUs } = measured;
    const utilization = utilizationOf(measured);
    if (utilization < thresholds.cpuSaturated.utilization) return [];
    if (gcShareOf(measured) >= thresholds.gcPressure.warnShare) return [];
    const explained = earlier
      .filter((finding) => EXPLAIN.has(finding.rule))
      .reduce((sum, finding) => sum + (finding.evidence?.loopShare ?? 0), 0);
    if (explained >= utilization / 2) return [];
    if (microsToMillis(observedUs) < thresholds.observedMs) {
      problems.push(...recheck('cpu-saturated', 'the loop was busy, but for a short time', measured));
      return [];
    }
    if (workingShareOf(measured) < thresholds.cpuSaturated.spinning) return spinning(utilization, measured);
    const [place] = busiestPlaces(measured);
    return place ? [describe(place, utilization, measured)] : [];
  },
};

/** The loop asks again and again whether there is something to do. */
function spinning(utilization: number, measured: Measured): Finding[] {
  const { facts, immediates, observedUs } = measured;
  const location =
    onlyCall('setImmediate', facts) ?? busiestPlaces(measured).find(({ own }) => own)?.location;
  if (!location) return [];
  const each = immediates.perSecond();
  const work = formatShare(workingShareOf(measured));
  return [
    {
      rule: 'cpu-saturated',
      severity: 'warning',
      confidence: 'measured',
      message: `An immediate is due ${percent(utilization)} of the time, ${count(Math.round(each))} a second, so the loop never waits and a processor is busy, with ${work} of the time in your code and Node's. Wait for an event, or set a timer`,
      location,
      evidence: {
        count: Math.round(each * (observedUs / 1e6)),
        totalMs: round1(microsToMillis(utilization * observedUs)),
        maxMs: 0,
        p99Ms: 0,
        loopShare: Math.round(utilization * 1e4) / 1e4,
        routes: [],
      },
      chain: [],
      related: [],
    },
  ];
}

function describe(
  place: ReturnType<typeof busiestPlaces>[number],
  utilization: number,
  measured: Measured,
): Finding {
  const share = Math.min(1, place.totalUs / measured.observedUs);
  const counts =
    place.own &&
    share >= measured.thresholds.cpuSaturated.placeShare &&
    measured.routes.length > 0 &&
    !onlyComputes(measured);
  const routes = measured.routes.slice(0, 5).map(({ route }) => route);
  const mean = meanRunMs(measured);
  const each = mean > 0 ? `, a request ${mean.toFixed(1)} ms` : '';
  return {
    rule: 'cpu-saturated',
    severity: counts ? 'warning' : 'hint',
    confidence: 'measured',
    message: `The loop was busy ${percent(utilization)} of the time with short work${each}; ${formatShare(share)} of it went into this place`,
    location: place.location,
    cause: place.cause,
    evidence: {
      count: measured.routes.reduce((sum, route) => sum + route.requests.length, 0),
      totalMs: round1(microsToMillis(place.totalUs)),
      maxMs: 0,
      p99Ms: 0,
      loopShare: Math.round(share * 1e4) / 1e4,
      routes,
    },
    chain: place.callers.map((caller) => ({ kind: 'call' as const, ...caller })),
    related: insideLibrary(place.below.library),
  };
}

function meanRunMs({ routes }: Measured): number {
  const requests = routes.reduce((sum, route) => sum + route.requests.length, 0);
  return routes.reduce((sum, route) => sum + route.runMs * route.requests.length, 0) / Math.max(1, requests);
}
