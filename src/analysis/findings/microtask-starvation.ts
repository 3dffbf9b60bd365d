import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { microsToMillis } from '../../model/units.ts';
import { heldEvidence, routesOf } from '../hold-figures.ts';
import type { Hotspot } from '../hotspots.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { copyOf, joinHolds } from '../merge-hotspots.ts';
import { severityOfHold } from '../severity.ts';
import { formatShare, formatTimes, inRoutes } from '../words.ts';

/** Ticks and promise reactions that make new ones keep timers and sockets waiting, though each of them is short. */
export const microtaskStarvation: FindingRule = {
  id: 'microtask-starvation',
  find: (measured) =>
    chainsOf(measured.hotspots)
      .filter((spot) => starves(spot, measured))
      .map((spot) => describe(spot, measured)),
};

/** Reactions that lead to each other show now at this, now at that of their functions: one chain is told at its busiest place. */
function chainsOf(hotspots: readonly Hotspot[]): Hotspot[] {
  const chains = new Map<string, Hotspot>();
  const spots = hotspots.filter(({ cause, own }) => cause === 'microtasks' && own);
  for (const spot of [...spots].sort((a, b) => b.totalUs - a.totalUs)) {
    const key = `${spot.location.file}\n${spot.routes[0]?.route ?? ''}`;
    const chain = chains.get(key);
    if (!chain) {
      chains.set(key, copyOf(spot));
      continue;
    }
    joinHolds(chain, spot);
  }
  return [...chains.values()];
}

function starves(spot: Hotspot, { observedUs, thresholds }: Measured): boolean {
  const { longMs, onceMs, share } = thresholds.microtaskStarvation;
  if (spot.loading) return false;
  const longest = microsToMillis(Math.max(...spot.ranUs));
  const often = spot.ranUs.reduce((sum, us) => sum + us, 0) >= observedUs * share;
  // Once is a start, or a cold cache.
  return spot.ranUs.filter((us) => us > 0).length === 1
    ? often && longest >= onceMs
    : often || longest >= longMs;
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
