import { analyse, type Report } from 'scslre';
import { ambiguousRepetition } from './ambiguity.ts';

/** How the time of a regular expression grows on some input, and with what. */
export interface Slowness {
  growth: 'exponential' | 'polynomial';
  /** A character whose repetition makes it slow. */
  attack: string;
  /** The same language without the slowness, where it could be worked out. */
  fixed?: string;
}

/**
 * The fast check, or one that remembers: undefined for what takes linear time as far as it sees; `undecided` for what is
 * beyond it.
 */
export type Screen = (source: string, flags: string) => Slowness | 'undecided' | undefined;

/** The fast check, of each text once. @param most how many answers are remembered */
export function rememberingScreen(most: number): Screen {
  const known = new Map<string, ReturnType<Screen>>();
  return (source, flags) => {
    const key = `/${source}/${flags}`;
    if (known.has(key)) return known.get(key);
    if (known.size >= most) known.clear();
    const found = screenRegexp(source, flags);
    known.set(key, found);
    return found;
  };
}

/** Regular expressions longer than this are left out: the check itself takes long on them. */
const MAX_LENGTH = 600;

/** A repetition without end: what has none takes linear time, */
const ENDLESS = /[*+]|\{\d+,\}/;

/** unless a group that can be read in several ways is repeated so often that it might as well have no end. */
const ALMOST_ENDLESS = /[?|}][^]*\)\{(?:\d+,)?\d{2,}\}/;

/** What the check reads over: its language depends on what was read before. */
const BACKREFERENCE = /\\(?:[1-9]|k<)/;

/**
 * A fast check, for while somebody types. Exponential: nested and overlapping repetitions. Polynomial: repetitions one
 * after the other that share characters, and one that begins anew at every position of the text.
 */
export function screenRegexp(source: string, flags: string): Slowness | 'undecided' | undefined {
  const isEndless = ENDLESS.test(source);
  if (!isEndless && !ALMOST_ENDLESS.test(source)) return undefined;
  if (!isEndless || source.length > MAX_LENGTH) return ifValid(source, flags);
  const found = attempt(() => byRepetitions(source, flags));
  if (found !== 'failed' && found?.growth === 'exponential') return found;
  const doubled = attempt(() => ambiguousRepetition(source, flags));
  if (doubled !== 'failed' && doubled !== undefined && doubled !== 'too-large')
    return { growth: 'exponential', attack: doubled.character };
  if (found !== 'failed' && found) return found;
  const isUnsure = found === 'failed' || doubled !== undefined || BACKREFERENCE.test(source);
  return isUnsure ? ifValid(source, flags) : undefined;
}

/** What is no regular expression is never run. */
function ifValid(source: string, flags: string): 'undecided' | undefined {
  const made = attempt(() => new RegExp(source, flags));
  return made === 'failed' ? undefined : 'undecided';
}

function byRepetitions(source: string, flags: string): Slowness | undefined {
  const worst = worstOf(source, flags);
  if (!worst) return undefined;
  const fixed = worst.fix();
  const rest = fixed && worstOf(fixed.source, fixed.flags);
  // One of several repetitions may be gone, and the others as slow as before.
  const isCured = fixed && (!rest || (worst.exponential && !rest.exponential));
  return {
    growth: worst.exponential ? 'exponential' : 'polynomial',
    attack: worst.character.pick,
    ...(isCured && { fixed: `/${fixed.source}/${fixed.flags}` }),
  };
}

function worstOf(source: string, flags: string): Report | undefined {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true }, maxReports: 4 });
  return reports.find((report) => report.exponential) ?? reports[0];
}

/** Invalid here, or beyond what a check understands: nothing is known. */
function attempt<T>(check: () => T): T | 'failed' {
  try {
    return check();
  } catch {
    return 'failed';
  }
}
