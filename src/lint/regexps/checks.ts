import type { RegexpSlowness } from '../../model/finding.ts';
import { screenRegexp, type Screen, type Slowness } from './screen.ts';
import type { RegexpText, Verdict } from './verdict.ts';

/** What is known of regular expressions while a file is looked at. */
export interface RegexpChecks {
  /** The fast check; it may remember what it said. */
  screen: Screen;
  /** What the full check said, where it was asked before. */
  verdictOn(text: RegexpText): Verdict | undefined;
  /** Told of expressions without a verdict that are reported, or that the fast check cannot decide. */
  want(text: RegexpText): void;
}

/** Where there is no full check. */
export const FAST_ONLY: RegexpChecks = {
  screen: screenRegexp,
  verdictOn: () => undefined,
  want: () => undefined,
};

/** What both checks say together. */
export interface JudgedSlowness extends RegexpSlowness {
  /** The same language without the slowness, where it could be worked out. */
  fixed?: string | undefined;
}

/** The full check goes before the fast one; what it could not decide stays as it was. */
export function judged(
  said: Slowness | 'undecided',
  verdict: Verdict | undefined,
): JudgedSlowness | undefined {
  const screened = said === 'undecided' ? undefined : said;
  switch (verdict?.status) {
    case 'fast':
      return undefined;
    case 'slow': {
      const { growth, degree, attack, by } = verdict;
      const known = { attack, fixed: screened?.fixed, check: 'confirmed' } as const;
      // A slow text is one, however it was found; of how the time grows, a search knows less than the fast check.
      return by === 'search' && screened && screened.growth !== growth
        ? { ...known, growth: screened.growth }
        : { ...known, growth, degree };
    }
    default: {
      if (!screened) return undefined;
      const attack = JSON.stringify(`${screened.attack.repeat(4)}...`);
      return { ...screened, attack, check: verdict ? 'undecided' : 'screened' };
    }
  }
}
