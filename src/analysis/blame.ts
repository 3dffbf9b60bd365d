import type { Cause } from '../model/finding.ts';
import type { Hold } from './holds.ts';
import type { Below, Level } from './profile/call-path.ts';
import { countOf } from './statistics.ts';

/** A part that holds this share of a stretch is to blame alone. */
const DOMINANT = 0.6;

/** A part of this share is blamed beside others, when together they explain most of it. */
const SIGNIFICANT = 0.25;
const EXPLAINED = 0.7;

/** Shortest time that counts as holding the loop, µs. */
const LEAST_US = 4_000;

/** What one place did in a hold. */
export interface Part {
  /** Outermost first; the last one is to blame. */
  levels: Level[];
  below: Below;
  cause: Cause;
  /** Its part of what the program surely ran, and of the time that the loop was held, µs. */
  ranUs: number;
  heldUs: number;
  entries: Hold['seen'];
  /** What else was seen of the hold with the same function on top: its busy lines tell which of its calls is meant. */
  around: Hold['seen'];
  loading: boolean;
}

/** Splits a hold's time among the places that explain it; none when no code of anyone is known. */
export function blame(hold: Hold): Part[] {
  const code = hold.seen.filter((entry) => entry.path.levels.length > 0);
  const all = countOf(hold.seen);
  const gc = countOf(hold.seen.filter((entry) => entry.path.kind === 'gc'));
  const total = countOf(code);
  if (isCollection(hold)) return [];
  // Native code that nobody called: no line to name.
  if (total === 0 || total + gc < all * 0.4) return [];
  // Collections and unknown native time belong to whatever ran around them.
  const usPerCount = hold.ranUs / total;
  const parts: Part[] = [];
  descend(code, 0, parts, usPerCount);
  for (const part of parts) {
    part.around = around(part, code);
    part.heldUs = (part.ranUs / hold.ranUs) * hold.heldUs;
  }
  const collected = gc > all / 2;
  return parts.map((part) => {
    if (collected) return { ...part, cause: 'gc' };
    return hold.scattered && part.cause === 'javascript' ? { ...part, cause: 'microtasks' } : part;
  });
}

function around({ levels, below, entries }: Part, code: Hold['seen']): Hold['seen'] {
  const key = levels.at(-1)?.key;
  if (below.self || key === undefined) return [];
  return code.filter(
    (entry) => entry.path.below.self && entry.path.levels.at(-1)?.key === key && !entries.includes(entry),
  );
}

/** Nothing but garbage collection: nobody's line. */
export function isCollection({ seen }: Hold): boolean {
  const gc = seen.filter((entry) => entry.path.kind === 'gc');
  return countOf(gc) > countOf(seen) * 0.8;
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
  takeHelpers(branches, depth);
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
    if (depth < branch[0]!.path.levels.length) {
      descend(branch, depth + 1, parts, usPerCount);
      continue;
    }
    const part = partOf(branch, mostCalled(branch), usPerCount);
    if (chosen.length === 1) part.ranUs += countOf(helpersOf(branch, entries, depth)) * usPerCount;
    parts.push(part);
  }
}

/** The levels of those that most agree on what the innermost function called: loading goes by several names. */
function mostCalled(branch: Hold['seen']): Level[] {
  const calls = new Map<string, Hold['seen']>();
  for (const entry of branch) {
    const callee = entry.path.levels.at(-1)?.callee ?? '';
    const alike = calls.get(callee);
    if (alike) alike.push(entry);
    else calls.set(callee, [entry]);
  }
  const [most] = [...calls.values()].sort((a, b) => countOf(b) - countOf(a));
  return most![0]!.path.levels;
}

/**
 * What else of a function's time belongs to the part of it that is blamed alone: to its own loop all that the loop calls, to
 * a call the function's own time and that of small built-ins around it.
 */
function helpersOf(branch: Hold['seen'], entries: Hold['seen'], depth: number): Hold['seen'] {
  const others = entries.filter((entry) => !branch.includes(entry));
  if (branch[0]!.path.below.self) return others;
  return others.filter((entry) => isPlain(entry, depth));
}

/** A loop that calls small built-ins all the time is one piece of work: its samples fall now on it, now on them. */
function takeHelpers(branches: Map<string, Hold['seen']>, depth: number): void {
  const self = branches.get(SELF);
  if (!self) return;
  const helpers = [...branches].filter(
    ([, branch]) => !self.includes(branch[0]!) && isPlain(branch[0]!, depth),
  );
  const least = helpers.reduce((sum, [, branch]) => sum + countOf(branch), 0) * SIGNIFICANT;
  if (countOf(self) < least) return;
  for (const [key, branch] of helpers) {
    self.push(...branch);
    branches.delete(key);
  }
}

/** Time of the function itself, or of a built-in that is not known to take long. */
function isPlain({ path: { levels, below } }: Hold['seen'][number], depth: number): boolean {
  if (levels.length !== depth || below.library || below.builtin) return false;
  return below.self || below.cause === 'javascript';
}

const SELF = '= self';

function partOf(entries: Hold['seen'], levels: Level[], usPerCount: number): Part {
  const { below, loading } = entries[0]!.path;
  return {
    levels,
    below,
    cause: below.cause,
    ranUs: countOf(entries) * usPerCount,
    heldUs: 0,
    entries,
    around: [],
    loading,
  };
}

/** A function whose time is spread over many calls. */
function mixedPart(entries: Hold['seen'], depth: number, usPerCount: number): Part {
  const { levels, below } = entries[0]!.path;
  const alike = entries.every((entry) => entry.path.below.cause === below.cause);
  // Modules are found, read, compiled and run: all of that is loading.
  const loading = countOf(entries.filter(({ path }) => path.loading)) > countOf(entries) / 2;
  const mixed = loading ? 'module-load' : 'javascript';
  const cause = alike ? below.cause : mixed;
  return {
    levels: levels.slice(0, depth).map((level, i) => (i === depth - 1 ? { ...level, callee: '' } : level)),
    below: { key: 'mixed', cause, self: false, inNode: false },
    cause,
    ranUs: countOf(entries) * usPerCount,
    heldUs: 0,
    entries,
    around: [],
    loading,
  };
}
