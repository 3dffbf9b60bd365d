import { findHotspots } from './hotspots.ts';
import type { Hold } from './holds.ts';
import type { Hotspot } from './hotspots.ts';
import type { Measured } from './measured.ts';
import type { ProfilePlace } from './profile/profile-place.ts';

/** A collection stands for what was allocated before it: by the code that ran this long before it at most, µs. */
const ALLOCATED_US = 20_000;

/** The places where the loop spends its time over the whole recording, however short each time is, the busiest first. */
export function busiestPlaces(measured: Measured): Hotspot[] {
  const { profile, startUs, endUs } = measured;
  return placesOf(profile.count(startUs, endUs), measured);
}

/** The places that ran before the garbage collector did: those that allocate. The one with most collections first. */
export function allocatingPlaces(measured: Measured): Hotspot[] {
  const { profile } = measured;
  const counts = new Map<ProfilePlace, number>();
  let last: { place: ProfilePlace; us: number } | undefined;
  for (let i = 0; i < profile.length; i++) {
    const place = profile.places[profile.samples[i]!]!;
    const us = profile.times[i]!;
    if (place.path.kind === 'code') last = { place, us };
    else if (place.path.kind === 'gc' && last && us - last.us <= ALLOCATED_US) {
      counts.set(last.place, (counts.get(last.place) ?? 0) + 1);
      // The rest of a long collection belongs to the same code.
      last = { place: last.place, us };
    }
  }
  return placesOf(counts, measured);
}

function placesOf(counts: ReadonlyMap<ProfilePlace, number>, measured: Measured): Hotspot[] {
  const seen = [...counts]
    .map(([place, count]) => ({ path: place.path, place, count }))
    .filter(({ path }) => path.kind === 'code' && path.levels.length > 0 && !path.loading);
  const count = seen.reduce((sum, entry) => sum + entry.count, 0);
  if (count === 0) return [];
  const ranUs = count * measured.profile.intervalUs;
  const hold: Hold = {
    startUs: measured.startUs,
    endUs: measured.endUs,
    ranUs,
    heldUs: ranUs,
    request: 0,
    scattered: false,
    seen,
  };
  const { hotspots } = findHotspots({ sure: [hold], doubtful: [] }, measured.requests, measured.lines);
  return [...hotspots].sort((a, b) => b.totalUs - a.totalUs);
}
