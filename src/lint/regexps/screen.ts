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

/** The fast check, or one that remembers. */
export type Screen = (source: string, flags: string) => Slowness | undefined;

/** The fast check, of each text once. @param most how many answers are remembered */
export function rememberingScreen(most: number): Screen {
  const known = new Map<string, Slowness | undefined>();
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

/**
 * A fast check, for while somebody types: undefined where it finds nothing, also for what it does not understand.
 * Exponential: nested and overlapping repetitions. Polynomial: repetitions one after the other that share characters,
 * and one that begins anew at every position of the text.
 */
export function screenRegexp(source: string, flags: string): Slowness | undefined {
  // What repeats nothing without end takes linear time.
  if (source.length > MAX_LENGTH || !/[*+]|\{\d+,\}/.test(source)) return undefined;
  const found = attempt(() => byRepetitions(source, flags));
  if (found?.growth === 'exponential') return found;
  const doubled = attempt(() => ambiguousRepetition(source, flags));
  return doubled === undefined ? found : { growth: 'exponential', attack: doubled };
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
function attempt<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}
