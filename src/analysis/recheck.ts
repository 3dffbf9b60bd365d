import { millis } from '../base/figures.ts';
import type { Problem } from '../model/problem.ts';
import { microsToMillis } from '../model/units.ts';
import type { Thresholds } from './thresholds.ts';

/** Says that a rule saw signs, but not for long enough, and how much is needed. */
export function recheck(rule: string, seen: string, observedUs: number, { observedMs }: Thresholds): Problem {
  return {
    code: 'recheck',
    message: `${rule}: ${seen} (${millis(microsToMillis(observedUs))}). Record ${millis(observedMs)} or more to be sure.`,
  };
}

/** Says that a rule saw signs, but too few cases. */
export function recheckCount(rule: string, seen: string, needed: number): Problem {
  return { code: 'recheck', message: `${rule}: ${seen}; ${needed} are needed to be sure. Record longer.` };
}
