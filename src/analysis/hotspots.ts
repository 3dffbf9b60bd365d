import type { Cause } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Hold } from './holds.ts';
import type { Requests } from './passes/requests.ts';
import type { CallLines } from './profile/call-lines.ts';
import { isSyncCall, isSyncName } from './profile/frame-cause.ts';
import type { Below, Level } from './profile/call-path.ts';

/** A place in the code that held the loop, with what was measured there. */
export interface Hotspot {
  location: SourceLocation;
  cause: Cause;
  /** From the location outwards, without the location itself. */
  callers: SourceLocation[];
  below: Below;
  /** Own code, or a package's because no own code was on the stack. */
  own: boolean;
  /** How long it held the loop each time, µs, in order of time. */
  heldUs: number[];
  /** When: start of each hold, µs. */
  startsUs: number[];
  totalUs: number;
  /** Routes of the holds, µs each, the most affected first. */
  routes: { route: string; us: number; requests: Set<number> }[];
  /** µs of holds that no request was found for. */
  unroutedUs: number;
  loading: boolean;
}

/** A part that holds this share of a stretch is to blame alone. */
const DOMINANT = 0.6;

/** A part of this share is blamed beside others, when together they explain most of it. */
const SIGNIFICANT = 0.25;
const EXPLAINED = 0.7;

/** Shortest time that counts as holding the loop, µs. */
const LEAST_US = 4_000;

/** Brings the holds together by the place that caused them. */
export function findHotspots(
  holds: readonly Hold[],
  requests: Requests,
  lines: CallLines,
): { hotspots: Hotspot[]; unknownUs: number; unknown: number } {
  const sites = new Map<string, Site>();
  let unknownUs = 0;
  let unknown = 0;
  for (const hold of holds) {
    const parts = blame(hold);
    if (parts.length === 0 && !isCollection(hold)) {
      unknown++;
      unknownUs += hold.ranUs;
    }
    for (const part of parts) addTo(sites, hold, part, requests);
  }
  const hotspots = [...sites.values()].map((site) => toHotspot(site, lines));
  return { hotspots: mergeByLine(hotspots), unknownUs, unknown };
}

/** Nothing but garbage collection: nobody's line. */
function isCollection({ seen }: Hold): boolean {
  const gc = seen.filter((entry) => entry.path.kind === 'gc');
  return countOf(gc) > countOf(seen) * 0.8;
}

interface Part {
  /** Outermost first; the last one is to blame. */
  levels: Level[];
  below: Below;
  cause: Cause;
  us: number;
  entries: Hold['seen'];
  loading: boolean;
}

interface Site {
  levels: Level[];
  below: Below;
  causes: Map<Cause, number>;
  heldUs: number[];
  startsUs: number[];
  routes: Map<string, { us: number; requests: Set<number> }>;
  unroutedUs: number;
  /** Line -> ticks, in the function itself. */
  ticks: Map<number, number>;
  /** Paths to the site, with the time spent through each. */
  paths: Map<string, { levels: Level[]; us: number }>;
  loading: boolean;
}

/** Splits a hold's time among the places that explain it; none when no code of anyone is known. */
function blame(hold: Hold): Part[] {
  const code = hold.seen.filter((entry) => entry.path.levels.length > 0);
  const all = hold.seen.reduce((sum, entry) => sum + entry.count, 0);
  const gc = hold.seen.filter((e) => e.path.kind === 'gc').reduce((sum, e) => sum + e.count, 0);
  const total = code.reduce((sum, entry) => sum + entry.count, 0);
  if (isCollection(hold)) return [];
  // Native code that nobody called: no line to name.
  if (total === 0 || total + gc < all * 0.4) return [];
  // Collections and unknown native time belong to whatever ran around them.
  const usPerCount = hold.ranUs / total;
  const parts: Part[] = [];
  descend(code, 0, parts, usPerCount);
  const collected = gc > all / 2;
  return parts.map((part) => {
    if (collected) return { ...part, cause: 'gc' };
    return hold.scattered && part.cause === 'javascript' ? { ...part, cause: 'microtasks' } : part;
  });
}

/** Follows the call tree down as long as one branch explains most of the time, and splits where several do together. */
function descend(entries: Hold['seen'], depth: number, parts: Part[], usPerCount: number): void {
  const total = countOf(entries);
  const branches = new Map<string, Hold['seen']>();
  for (const entry of entries) {
    const { levels, below } = entry.path;
    const key = depth < levels.length ? `> ${levels[depth]!.key}` : `= ${below.key}`;
    const branch = branches.get(key);
    if (branch) branch.push(entry);
    else branches.set(key, [entry]);
  }
  const sorted = [...branches.values()].sort((a, b) => countOf(b) - countOf(a));
  const least = LEAST_US / usPerCount;
  let chosen = sorted.slice(0, 1).filter((branch) => countOf(branch) >= total * DOMINANT);
  if (chosen.length === 0) {
    chosen = sorted.filter((b) => countOf(b) >= total * SIGNIFICANT && countOf(b) >= least);
    const explained = chosen.reduce((sum, branch) => sum + countOf(branch), 0);
    if (explained < total * EXPLAINED && depth > 0) {
      parts.push(mixedPart(entries, depth, usPerCount));
      return;
    }
  }
  for (const branch of chosen) {
    const { levels } = branch[0]!.path;
    if (depth < levels.length) descend(branch, depth + 1, parts, usPerCount);
    else parts.push(partOf(branch, levels, usPerCount));
  }
}

function partOf(entries: Hold['seen'], levels: Level[], usPerCount: number): Part {
  const { below, loading } = entries[0]!.path;
  return { levels, below, cause: below.cause, us: countOf(entries) * usPerCount, entries, loading };
}

/** A function whose time is spread over many calls. */
function mixedPart(entries: Hold['seen'], depth: number, usPerCount: number): Part {
  const { levels, loading } = entries[0]!.path;
  const cause = entries.every((e) => e.path.below.cause === entries[0]!.path.below.cause)
    ? entries[0]!.path.below.cause
    : 'javascript';
  return {
    levels: levels.slice(0, depth).map((level, i) => (i === depth - 1 ? { ...level, callee: '' } : level)),
    below: { key: 'mixed', cause, self: false, inNode: false },
    cause,
    us: countOf(entries) * usPerCount,
    entries,
    loading,
  };
}

function countOf(entries: Hold['seen']): number {
  return entries.reduce((sum, entry) => sum + entry.count, 0);
}

function addTo(sites: Map<string, Site>, hold: Hold, part: Part, requests: Requests): void {
  const key = `${part.levels.at(-1)!.key}\n${part.below.key}\n${part.loading}`;
  let site = sites.get(key);
  if (!site) {
    site = {
      levels: part.levels,
      below: part.below,
      causes: new Map(),
      heldUs: [],
      startsUs: [],
      routes: new Map(),
      unroutedUs: 0,
      ticks: new Map(),
      paths: new Map(),
      loading: part.loading,
    };
    sites.set(key, site);
  }
  site.heldUs.push(part.us);
  site.startsUs.push(hold.startUs);
  site.causes.set(part.cause, (site.causes.get(part.cause) ?? 0) + part.us);
  const route = requests.route(hold.request);
  if (route === undefined) site.unroutedUs += part.us;
  else {
    const known = site.routes.get(route) ?? { us: 0, requests: new Set<number>() };
    known.us += part.us;
    known.requests.add(hold.request);
    site.routes.set(route, known);
  }
  const pathKey = part.levels.map((level) => level.key).join('\r');
  const path = site.paths.get(pathKey) ?? { levels: part.levels, us: 0 };
  path.us += part.us;
  site.paths.set(pathKey, path);
  addTicks(site, part);
}

/** A sample does not tell its line, only its node does; each node's ticks are shared out over its samples. */
function addTicks(site: Site, part: Part): void {
  for (const { place, count, path } of part.entries) {
    if (!path.below.self && path.below.cause !== 'native') {
      // A stack trace tells its line itself.
      continue;
    }
    if (!place) {
      const line = path.levels.at(-1)!.frame.line;
      site.ticks.set(line, (site.ticks.get(line) ?? 0) + count);
      continue;
    }
    const all = place.ticks.reduce((sum, tick) => sum + tick.count, 0);
    for (const tick of place.ticks) {
      site.ticks.set(tick.line, (site.ticks.get(tick.line) ?? 0) + (count * tick.count) / all);
    }
  }
}

function toHotspot(site: Site, lines: CallLines): Hotspot {
  const levels = heaviest(site.paths.values());
  const culprit = levels.at(-1)!;
  const cause = heaviestCause(site.causes);
  const place = locate(site, culprit, lines);
  const builtin = isSyncCall(cause) ? lines.syncCallAt(place.location) : undefined;
  return {
    location: place.location,
    cause: cause === 'javascript' && place.cause ? place.cause : cause,
    callers: levels
      .slice(0, -1)
      .reverse()
      .map((level) => lines.ofCall(level.frame, level.callee)),
    below: { ...site.below, ...(builtin && { builtin }) },
    own: culprit.frame.owner === 'own',
    heldUs: site.heldUs,
    startsUs: site.startsUs,
    totalUs: site.heldUs.reduce((sum, us) => sum + us, 0),
    routes: [...site.routes].map(([route, r]) => ({ route, ...r })).sort((a, b) => b.us - a.us),
    unroutedUs: site.unroutedUs,
    loading: site.loading,
  };
}

function locate(
  site: Site,
  { frame, callee }: Level,
  lines: CallLines,
): { location: SourceLocation; cause?: Cause } {
  const busy = [...site.ticks].sort((a, b) => b[1] - a[1]).map(([line]) => line);
  const [line] = busy;
  if (!site.below.self || line === undefined) {
    const alike = isSyncCall(site.below.cause) ? isSyncName : undefined;
    return { location: lines.ofCall(frame, callee, { hints: busy, ...(alike && { alike }) }) };
  }
  // Built-ins without a frame of their own show as time of the line that calls them: the source tells which one.
  const calls = lines.callsAt(frame.file, line);
  const builtin = calls.find((call) => FRAMELESS.has(call.callee));
  const column = (builtin ?? (calls.length === 1 ? calls[0] : undefined))?.column ?? 1;
  return {
    location: { file: frame.file, line, column, ...(frame.function && { function: frame.function }) },
    cause: builtin && FRAMELESS.get(builtin.callee),
  };
}

function heaviest(paths: Iterable<{ levels: Level[]; us: number }>): Level[] {
  let best: { levels: Level[]; us: number } | undefined;
  for (const path of paths) if (!best || path.us > best.us) best = path;
  return best?.levels ?? [];
}

function heaviestCause(causes: Map<Cause, number>): Cause {
  return [...causes].sort((a, b) => b[1] - a[1])[0]![0];
}

const FRAMELESS = new Map<string, Cause>([
  ['parse', 'json'],
  ['stringify', 'json'],
  ['test', 'regexp'],
  ['exec', 'regexp'],
  ['match', 'regexp'],
  ['matchAll', 'regexp'],
  ['search', 'regexp'],
  ['replace', 'regexp'],
  ['replaceAll', 'regexp'],
  ['structuredClone', 'native'],
]);

/** Different work of one line is one finding. */
function mergeByLine(hotspots: readonly Hotspot[]): Hotspot[] {
  const merged = new Map<string, Hotspot>();
  for (const spot of [...hotspots].sort((a, b) => b.totalUs - a.totalUs)) {
    const key = `${spot.location.file}\n${spot.location.line}\n${spot.loading}`;
    const first = merged.get(key);
    if (!first) {
      merged.set(key, spot);
      continue;
    }
    joinHolds(first, spot);
  }
  return [...merged.values()];
}

/** Adds the holds of `other` to `spot`: parts of one hold are one hold. */
function joinHolds(spot: Hotspot, other: Hotspot): void {
  const at = new Map(spot.startsUs.map((start, i) => [start, i]));
  other.startsUs.forEach((start, i) => {
    const known = at.get(start);
    if (known === undefined) {
      spot.startsUs.push(start);
      spot.heldUs.push(other.heldUs[i]!);
    } else spot.heldUs[known]! += other.heldUs[i]!;
  });
  spot.totalUs += other.totalUs;
  spot.unroutedUs += other.unroutedUs;
  for (const route of other.routes) {
    const known = spot.routes.find((r) => r.route === route.route);
    if (known) known.us += route.us;
    else spot.routes.push(route);
  }
}
