import type { Evidence } from '../model/finding.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { Hotspot } from './hotspots.ts';
import type { Measured } from './measured.ts';
import { ascending, quantile } from './statistics.ts';

/** What was measured at a place that held the loop. */
export function heldEvidence(spot: Hotspot, { observedUs }: Measured): Evidence {
  const held = ascending(spot.heldUs.map(microsToMillis));
  const share = Math.min(1, spot.totalUs / observedUs);
  return {
    count: held.length,
    totalMs: round1(microsToMillis(spot.totalUs)),
    maxMs: round1(held.at(-1) ?? 0),
    p99Ms: round1(quantile(held, 0.99)),
    loopShare: Math.round(share * 1e4) / 1e4,
    routes: routesOf(spot),
  };
}

/** Routes with at least a twentieth of the time; none when most of it belongs to no request. */
export function routesOf(spot: Hotspot): string[] {
  if (spot.unroutedUs > spot.totalUs / 2) return [];
  return spot.routes.filter((route) => route.us >= spot.totalUs / 20).map((route) => route.route);
}
