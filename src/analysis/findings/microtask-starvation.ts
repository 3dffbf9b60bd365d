import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { microsToMillis } from '../../model/units.ts';
import { heldEvidence, routesOf } from '../hold-figures.ts';
import type { Hotspot } from '../hotspots.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { severityOfHold } from '../severity.ts';
import { formatShare, formatTimes, inRoutes } from '../words.ts';

/** Ticks and promise reactions that make new ones keep timers and sockets waiting, though each of them is short. */
export const microtaskStarvation: FindingRule = {
  id: 'microtask-starvation',
  find: (measured) =>
    measured.hotspots.filter((spot) => starves(spot, measured)).map((spot) => describe(spot, measured)),
};

function starves(spot: Hotspot, { observedUs, thresholds }: Measured): boolean {
  if (spot.cause !== 'microtasks' || !spot.own) return false;
  const { longMs, share } = thresholds.microtaskStarvation;
  return Math.max(...spot.heldUs) >= longMs * 1000 || spot.totalUs >= observedUs * share;
}

function describe(spot: Hotspot, measured: Measured): Finding {
  const evidence = heldEvidence(spot, measured);
  const routes = routesOf(spot);
  const { count, totalMs, maxMs, loopShare } = evidence;
  const each = count === 1 ? `for ${millis(maxMs)}` : `${millis(totalMs / count)} each`;
  return {
    rule: 'microtask-starvation',
    severity: severityOfHold(loopShare, microsToMillis(Math.max(...spot.heldUs))),
    confidence: 'measured',
    message: `Ticks or promise reactions followed each other ${formatTimes(count)}, ${each}, without letting the loop turn: ${formatShare(loopShare)} of its time${inRoutes(routes)}`,
    location: spot.location,
    cause: 'microtasks',
    evidence,
    chain: [
      ...spot.callers.map((caller) => ({ kind: 'call' as const, ...caller })),
      ...routes.map((label) => ({ kind: 'http-request' as const, label })),
    ],
    related: [],
  };
}
