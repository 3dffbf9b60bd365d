import type { Cause, Culprit } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import { microsToMillis } from '../model/units.ts';
import type { Hold } from './holds.ts';
import type { Hotspot } from './hotspots.ts';
import type { Requests } from './passes/requests.ts';
import { firstWhere } from './statistics.ts';

/** Holds with the places that explain them. */
export class CulpritIndex {
  readonly #holds: readonly Hold[];
  readonly #places = new Map<number, { location: SourceLocation; cause: Cause; us: number }[]>();

  constructor(hotspots: readonly Hotspot[], holds: readonly Hold[]) {
    this.#holds = holds;
    for (const { location, cause, startsUs, heldUs } of hotspots) {
      startsUs.forEach((start, i) => {
        const places = this.#places.get(start) ?? [];
        places.push({ location, cause, us: heldUs[i]! });
        this.#places.set(start, places);
      });
    }
  }

  /** Adds who held the loop in `[fromUs, toUs)`, ms. */
  add(
    to: Map<string, Culprit>,
    { fromUs, toUs }: { fromUs: number; toUs: number },
    requests: Requests,
  ): void {
    let rest = toUs - fromUs;
    for (let i = lastHoldBefore(this.#holds, toUs); i >= 0 && this.#holds[i]!.endUs > fromUs; i--) {
      const hold = this.#holds[i]!;
      const us = Math.min(hold.endUs, toUs) - Math.max(hold.startUs, fromUs);
      rest -= us;
      const places = this.#places.get(hold.startUs) ?? [];
      const all = places.reduce((sum, place) => sum + place.us, 0);
      const route = requests.route(hold.request);
      if (places.length === 0) put(to, { ms: microsToMillis(us), cause: collected(hold) ? 'gc' : 'native' });
      for (const { location, cause, us: part } of places) {
        const ms = microsToMillis((us * part) / all);
        put(to, { ms, cause, location, ...(route !== undefined && { route }) });
      }
    }
    if (rest > 0) put(to, { ms: microsToMillis(rest), cause: 'javascript' });
  }
}

function put(to: Map<string, Culprit>, culprit: Culprit): void {
  const { location, cause, route } = culprit;
  const key = `${location?.file ?? ''}:${location?.line ?? 0}\n${cause}\n${route ?? ''}`;
  const known = to.get(key);
  if (known) known.ms += culprit.ms;
  else to.set(key, culprit);
}

function collected({ seen }: Hold): boolean {
  return seen.length > 0 && seen.every(({ path }) => path.kind === 'gc');
}

/** Index of the last hold that began before `us`; -1 for none. `holds` in order of time. */
export function lastHoldBefore(holds: readonly Hold[], us: number): number {
  return firstWhere(holds.length, (i) => holds[i]!.startUs >= us) - 1;
}
