import type { Hotspot } from './hotspots.ts';

/**
 * Brings hotspots together that are one to a reader: different work of one line, and a loop whose samples fall now on this
 * of its lines, now on that. What a shared function does stays apart by its callers where they make it take different times
 * for different routes: then they are the culprits, and each is worth its own figures.
 */
export function mergeHotspots(hotspots: readonly Hotspot[]): Hotspot[] {
  const groups: Hotspot[][] = [];
  for (const spot of [...hotspots].sort((a, b) => b.totalUs - a.totalUs)) {
    const group =
      groups.find(([first]) => isSamePlace(first!, spot)) ??
      // Where the line is not known, it is likely the one that is known of the same work.
      groups.find(([first]) => (spot.vague || first!.vague) && isSameWork(first!, spot)) ??
      groups.find(([first]) => isCutShort(spot, first!));
    if (!group) {
      groups.push([spot]);
      continue;
    }
    const [first] = group;
    if (first!.vague && !spot.vague) {
      first!.location = spot.location;
      first!.vague = false;
    }
    group.push(spot);
  }
  return groups.flatMap((group) => byCaller(group).map((part) => joined(part, group[0]!)));
}

/** Adds holds that were seen too little to the place that surely held the loop as often, for the same route; else they are left out. */
export function addDoubtful(hotspots: readonly Hotspot[], spot: Hotspot): void {
  const route = spot.routes[0]?.route;
  const same = hotspots.find(
    (other) =>
      other.heldUs.length >= spot.heldUs.length &&
      (isSamePlace(other, spot) || (spot.vague && isSameWork(other, spot))) &&
      (route === undefined ? other.unroutedUs > 0 : other.routes.some((one) => one.route === route)),
  );
  if (same) joinHolds(same, { ...spot, ranUs: spot.ranUs.map(() => 0) });
}

/** Adds the holds of `other` to `spot`: parts of one hold are one hold. */
export function joinHolds(spot: Hotspot, other: Hotspot): void {
  const at = new Map(spot.startsUs.map((start, i) => [start, i]));
  other.startsUs.forEach((start, i) => {
    const known = at.get(start);
    if (known === undefined) {
      spot.startsUs.push(start);
      spot.heldUs.push(other.heldUs[i]!);
      spot.ranUs.push(other.ranUs[i]!);
    } else {
      spot.heldUs[known]! += other.heldUs[i]!;
      spot.ranUs[known]! += other.ranUs[i]!;
    }
  });
  spot.totalUs += other.totalUs;
  spot.unroutedUs += other.unroutedUs;
  for (const route of other.routes) {
    const known = spot.routes.find((r) => r.route === route.route);
    if (known) known.us += route.us;
    else spot.routes.push({ ...route });
  }
  spot.routes.sort((a, b) => b.us - a.us);
}

/** A copy that can be added to. */
export function copyOf(spot: Hotspot): Hotspot {
  const { heldUs, ranUs, startsUs, routes } = spot;
  return {
    ...spot,
    heldUs: [...heldUs],
    ranUs: [...ranUs],
    startsUs: [...startsUs],
    routes: routes.map((route) => ({ ...route })),
  };
}

function joined([first, ...others]: readonly Hotspot[], { location, vague }: Hotspot): Hotspot {
  const spot = { ...copyOf(first!), location, vague };
  for (const other of others) joinHolds(spot, other);
  return spot;
}

/** A caller with less than this share of the place's time is not worth a finding of its own. */
const CALLERS_SHARE = 0.15;

/** Callers whose holds differ this much in length do not do the same there. */
const APART = 1.5;

/** The hotspots of one place by who called it, as far as that makes a difference. */
function byCaller(group: Hotspot[]): Hotspot[][] {
  const callers = new Map<string, Hotspot[]>();
  for (const spot of group) {
    const [caller] = spot.callers;
    const key = caller ? `${caller.file}\n${caller.line}` : '';
    callers.set(key, [...(callers.get(key) ?? []), spot]);
  }
  const all = totalUs(group);
  const parts = [...callers.values()];
  const told = parts.filter((part) => totalUs(part) >= all * CALLERS_SHARE);
  if (told.length < 2 || !haveOwnRoutes(told)) return [group];
  const sorted = told.sort((a, b) => meanUs(b) - meanUs(a));
  const apart: Hotspot[][] = [];
  let lastUs = Infinity;
  for (const part of sorted) {
    const us = meanUs(part);
    if (us * APART <= lastUs) apart.push([...part]);
    else apart.at(-1)!.push(...part);
    lastUs = us;
  }
  for (const part of parts) if (!told.includes(part)) apart[0]!.push(...part);
  return apart;
}

/** Each is for requests, and no two for the same route. */
function haveOwnRoutes(parts: readonly Hotspot[][]): boolean {
  const seen = new Set<string>();
  return parts.every((part) => {
    const routes = new Set(part.flatMap((spot) => spot.routes.map(({ route }) => route)));
    if (routes.size === 0 || [...routes].some((route) => seen.has(route))) return false;
    for (const route of routes) seen.add(route);
    return true;
  });
}

function totalUs(part: readonly Hotspot[]): number {
  return part.reduce((sum, spot) => sum + spot.totalUs, 0);
}

/** Of a hold, all that the spots had of it. */
function meanUs(part: readonly Hotspot[]): number {
  return totalUs(part) / new Set(part.flatMap(({ startsUs }) => startsUs)).size;
}

function isSamePlace(a: Hotspot, b: Hotspot): boolean {
  if (a.location.file !== b.location.file || a.loading !== b.loading) return false;
  const apart = Math.abs(a.location.line - b.location.line);
  if (apart === 0) return true;
  const bothSelf = a.below.self && b.below.self && isSameFunction(a, b);
  if (!bothSelf || a.cause !== b.cause) return false;
  return apart <= (haveRouteInCommon(a, b) ? SAME_TASK_LINES : SAME_LOOP_LINES);
}

/** Functions without a name are told apart by where they begin. */
function isSameFunction(a: Hotspot, b: Hotspot): boolean {
  return a.location.function === b.location.function && (a.location.function !== undefined || a.fn === b.fn);
}

function haveRouteInCommon(a: Hotspot, b: Hotspot): boolean {
  return a.routes.some(({ route }) => b.routes.some((other) => other.route === route));
}

function isSameWork(a: Hotspot, b: Hotspot): boolean {
  if (a.location.file !== b.location.file || a.loading !== b.loading || a.cause !== b.cause) return false;
  return a.location.function !== undefined && a.location.function === b.location.function;
}

/** Seen now and then at a line from which another place is called that held the loop often: those traces did not reach down to it. */
function isCutShort(spot: Hotspot, other: Hotspot): boolean {
  if (spot.heldUs.length * OFTEN > other.heldUs.length || spot.cause !== other.cause) return false;
  const { file, line } = spot.location;
  return other.callers.some((caller) => caller.file === file && caller.line === line);
}

const OFTEN = 5;

/** Lines of one function this close are one piece of work. */
const SAME_LOOP_LINES = 3;

/** ... and this close where they are for the same requests: of each hold only the busiest line of the function was taken. */
const SAME_TASK_LINES = 10;
