import type { ChainStep } from '../../model/finding.ts';

/** What a project knows of one file's code: plain data, small enough to go from thread to thread. */
export interface ProjectFacts {
  /** When functions run, by the offset of their first character. Functions of which nothing is known are left out. */
  reach: Record<number, ProjectReach>;
  /** Whether calls give promises, by the offset behind their last character. */
  gives: Record<number, Gift>;
  /** Calls whose promise has its value at once, but for the first time, by the offset behind their last character. */
  prompt: Record<number, true>;
  /** The file runs in web pages, by what loads it and stands beside it. */
  forPages?: true;
  /** The program goes on when nobody handles a rejection: it has a listener for that. */
  survives?: true;
}

/** What a call gives; `settled`: a promise that never rejects; `seldom`: one that rejects in some of its branches only. */
export type Gift = 'promise' | 'settled' | 'seldom' | 'value';

/** When a function runs. */
export type ProjectReach =
  | { level: 'start-up' }
  | {
      level: 'served';
      /** `GET /orders`. */
      label: string;
      /** From the function outwards; the last one is the entry. */
      chain: ChainStep[];
      /** Functions from the entry to this one: `buildReport (report.ts:40)`. */
      path: string[];
    };
