import type { Cause } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import { blame, isCollection } from './blame.ts';
import type { Part } from './blame.ts';
import type { Hold, Holds } from './holds.ts';
import { addDoubtful, mergeHotspots } from './merge-hotspots.ts';
import type { Requests } from './passes/requests.ts';
import type { CallLines } from './profile/call-lines.ts';
import { isSyncCall, isSyncName } from './profile/frame-cause.ts';
import type { Below, Level } from './profile/call-path.ts';
import { countOf } from './statistics.ts';

/** A place in the code that held the loop, with what was measured there. */
export interface Hotspot {
  location: SourceLocation;
  /** Of the function, as {@link Level.key}. */
  fn: string;
  cause: Cause;
  /** From the location outwards, without the location itself. */
  callers: SourceLocation[];
  below: Below;
  /** The line is where the function begins: which line of it is not known. */
  vague: boolean;
  /** Own code, or a package's because no own code was on the stack. */
  own: boolean;
  /** How long it held the loop each time, µs, in order of time. */
  heldUs: number[];
  /** How long it surely ran each time, µs: less where the machine was crowded, 0 where it was seen too little. Decides whether it is told. */
  ranUs: number[];
  /** When: start of each hold, µs. */
  startsUs: number[];
  totalUs: number;
  /** Routes of the holds, µs each, the most affected first. */
  routes: { route: string; us: number; requests: Set<number> }[];
  /** µs of holds that no request was found for. */
  unroutedUs: number;
  loading: boolean;
}

/** Brings the holds together by the place that caused them. Doubtful ones count where the place surely held as often. */
export function findHotspots(
  { sure, doubtful }: Holds,
  requests: Requests,
  lines: CallLines,
): { hotspots: Hotspot[]; unknownUs: number; unknown: number } {
  const { spots, unknownUs, unknown } = bringTogether(sure, requests, lines);
  const hotspots = mergeHotspots(spots);
  for (const spot of bringTogether(doubtful, requests, lines).spots) addDoubtful(hotspots, spot);
  return { hotspots, unknownUs, unknown };
}

function bringTogether(
  holds: readonly Hold[],
  requests: Requests,
  lines: CallLines,
): { spots: Hotspot[]; unknownUs: number; unknown: number } {
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
  return { spots: [...sites.values()].map((site) => toHotspot(site, lines)), unknownUs, unknown };
}

interface Site {
  levels: Level[];
  below: Below;
  causes: Map<Cause, number>;
  heldUs: number[];
  ranUs: number[];
  startsUs: number[];
  routes: Map<string, { us: number; requests: Set<number> }>;
  unroutedUs: number;
  /** Line -> ticks, in the function itself. */
  ticks: Map<number, number>;
  /** Paths to the site, with the time spent through each. */
  paths: Map<string, { levels: Level[]; us: number }>;
  loading: boolean;
}

function addTo(sites: Map<string, Site>, hold: Hold, part: Part, requests: Requests): void {
  const ticks = ticksOf(part);
  const [line] = part.below.self ? busiest(ticks) : [];
  const route = requests.route(hold.request);
  const caller = part.levels.at(-2)?.key;
  const key = [part.levels.at(-1)!.key, part.below.key, part.loading, line, caller, route].join('\n');
  let site = sites.get(key);
  if (!site) {
    site = {
      levels: part.levels,
      below: part.below,
      causes: new Map(),
      heldUs: [],
      ranUs: [],
      startsUs: [],
      routes: new Map(),
      unroutedUs: 0,
      ticks: new Map<number, number>(),
      paths: new Map(),
      loading: part.loading,
    };
    sites.set(key, site);
  }
  site.heldUs.push(part.heldUs);
  site.ranUs.push(part.ranUs);
  site.startsUs.push(hold.startUs);
  site.causes.set(part.cause, (site.causes.get(part.cause) ?? 0) + part.heldUs);
  if (route === undefined) site.unroutedUs += part.heldUs;
  else {
    const known = site.routes.get(route) ?? { us: 0, requests: new Set<number>() };
    known.us += part.heldUs;
    known.requests.add(hold.request);
    site.routes.set(route, known);
  }
  const pathKey = [...part.levels.map((level) => level.key), part.levels.at(-1)!.callee].join('\r');
  const path = site.paths.get(pathKey) ?? { levels: part.levels, us: 0 };
  path.us += part.heldUs;
  site.paths.set(pathKey, path);
  for (const [at, count] of ticks) site.ticks.set(at, (site.ticks.get(at) ?? 0) + count);
}

/** A sample does not tell its line, only its node does; each node's ticks are shared out over its samples. */
function ticksOf(part: Part): Map<number, number> {
  const ticks = new Map<number, number>();
  const add = (line: number, count: number): void => void ticks.set(line, (ticks.get(line) ?? 0) + count);
  for (const { place, count, path } of [...part.entries, ...part.around]) {
    if (!path.below.self && path.below.cause !== 'native') continue;
    // A stack trace tells its line itself.
    if (!place) add(path.levels.at(-1)!.frame.line, count);
    const all = countOf(place?.ticks ?? []);
    for (const tick of place?.ticks ?? []) add(tick.line, (count * tick.count) / all);
  }
  return ticks;
}

/** Lines, the busiest first. */
function busiest(ticks: Map<number, number>): number[] {
  return [...ticks].sort((a, b) => b[1] - a[1]).map(([line]) => line);
}

function toHotspot(site: Site, lines: CallLines): Hotspot {
  const levels = heaviest(site.paths.values());
  const culprit = levels.at(-1)!;
  const cause = heaviestCause(site.causes);
  const place = locate(site, culprit, lines);
  const builtin = isSyncCall(cause) ? lines.syncCallAt(place.location) : undefined;
  return {
    location: place.location,
    fn: culprit.key,
    cause: cause === 'javascript' && place.cause ? place.cause : cause,
    callers: levels
      .slice(0, -1)
      .reverse()
      .map((level) => lines.ofCall(level))
      // A callback written in its call: the place itself says it.
      .filter((caller) => !samePlace(caller, place.location)),
    below: { ...site.below, ...(builtin && { builtin }) },
    vague: place.location.line === culprit.frame.line,
    own: culprit.frame.owner === 'own',
    heldUs: site.heldUs,
    ranUs: site.ranUs,
    startsUs: site.startsUs,
    totalUs: site.heldUs.reduce((sum, us) => sum + us, 0),
    routes: [...site.routes].map(([route, r]) => ({ route, ...r })).sort((a, b) => b.us - a.us),
    unroutedUs: site.unroutedUs,
    loading: site.loading,
  };
}

function locate(site: Site, culprit: Level, lines: CallLines): { location: SourceLocation; cause?: Cause } {
  const { frame } = culprit;
  const busy = busiest(site.ticks).filter((line) => lines.isInside(frame, line));
  const [line] = busy;
  const met = site.below.self && line === undefined ? lines.builtinIn(frame) : undefined;
  if (met) return { location: met.location, ...(/^RegExp\./.test(met.name) && { cause: 'regexp' }) };
  if (!site.below.self || line === undefined) {
    const alike = likeCause(site.below.cause);
    return { location: lines.ofCall(culprit, { hints: busy, ...(alike && { alike }) }) };
  }
  // Built-ins without a frame of their own show as time of the line that calls them: the source tells which one.
  const calls = lines.callsAt(frame.file, line);
  const frameless = calls.filter((call) => call.frameless);
  // Of different kinds on one line nobody knows which one it was.
  const isOneKind = new Set(frameless.map((call) => call.frameless)).size === 1;
  const builtin = isOneKind ? frameless[0] : undefined;
  const column = (builtin ?? (calls.length === 1 ? calls[0] : undefined))?.column ?? 1;
  return {
    location: { file: frame.file, line, column, ...(frame.function && { function: frame.function }) },
    cause: builtin?.frameless,
  };
}

/** Names under which the source may show a call of this kind: V8 shows the function behind it, or none. */
function likeCause(cause: Cause): ((name: string) => boolean) | undefined {
  if (isSyncCall(cause)) return isSyncName;
  return LIKE[cause];
}

function samePlace(caller: SourceLocation, place: SourceLocation): boolean {
  if (caller.function !== undefined && caller.function !== place.function) return false;
  return caller.file === place.file && caller.line === place.line && caller.column === place.column;
}

function heaviest(paths: Iterable<{ levels: Level[]; us: number }>): Level[] {
  let best: { levels: Level[]; us: number } | undefined;
  for (const path of paths) if (!best || path.us > best.us) best = path;
  return best?.levels ?? [];
}

function heaviestCause(causes: Map<Cause, number>): Cause {
  return [...causes].sort((a, b) => b[1] - a[1])[0]![0];
}

const LIKE: Partial<Record<Cause, (name: string) => boolean>> = {
  json: (name) => name === 'parse' || name === 'stringify',
  regexp: (name) => /^(test|exec|match|matchAll|search|replace|replaceAll|split)$/.test(name),
};
