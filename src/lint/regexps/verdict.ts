/** A regular expression as text. */
export interface RegexpText {
  source: string;
  flags: string;
}

/** What the full check says of a regular expression. */
export type Verdict =
  | {
      status: 'slow';
      /** A search estimates it from few lengths. */
      growth: 'exponential' | 'polynomial';
      degree?: number | undefined;
      /** JavaScript that makes a text on which it is slow. */
      attack: string;
      by: 'proof' | 'search';
    }
  /** Proven to take linear time. */
  | { status: 'fast' }
  /** Neither was found within its limits. */
  | { status: 'undecided' };

/** A regular expression with the verdict on it. */
export interface JudgedRegexp extends RegexpText {
  verdict: Verdict;
  /**
   * What the check cost, in steps of its own, the same on every machine. Undefined where it was ended from outside, for
   * want of time or memory: such a verdict is not worth remembering.
   */
  steps?: number | undefined;
}

/** Equal for equal expressions. */
export const regexpKey = ({ source, flags }: RegexpText): string => `/${source}/${flags}`;
