import { millis } from '../base/figures.ts';
import type { Problem } from '../model/problem.ts';
import { microsToMillis } from '../model/units.ts';
import type { Measured } from './measured.ts';

/**
 * Says that a rule saw signs, but not for long enough, and how much is needed; nothing where no longer recording would help, of
 * programs and workers that end soon.
 */
export function recheck(rule: string, seen: string, measured: Measured): Problem[] {
  const { observedUs, thresholds, thread, ended } = measured;
  if (!thread.isFirst || ended === 'target-exited') return [];
  const needed = millis(thresholds.observedMs);
  return [
    {
      code: 'recheck',
      message: `${rule}: ${seen} (${millis(microsToMillis(observedUs))}). Record ${needed} or more to be sure.`,
    },
  ];
}

/** Says that a rule saw signs, but too few cases. */
export function recheckCount(rule: string, seen: string, needed: number): Problem {
  return { code: 'recheck', message: `${rule}: ${seen}; ${needed} are needed to be sure. Record longer.` };
}
