/** A regular expression as text. */
export interface RegexpText {
  source: string;
  flags: string;
}

/** What the full check says of a regular expression. */
export type Verdict =
  /** Slow on a text that it names: `attack` is the JavaScript of that text. */
  | { status: 'slow'; growth: 'exponential'; attack: string }
  | { status: 'slow'; growth: 'polynomial'; degree: number; attack: string }
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
