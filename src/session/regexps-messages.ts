import type { JudgedRegexp, RegexpText } from '../lint/regexps/verdict.ts';

/** What the thread of the full check of regular expressions is asked: one after the other. */
export type ToRegexpsWorker = RegexpText;

/** Its answer, in the same order. */
export type FromRegexpsWorker = JudgedRegexp;
