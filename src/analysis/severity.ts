import type { Severity } from '../model/finding.ts';

/** How bad time on the loop is: by its share of the loop's time, or by the longest single time, ms. */
export function severityOfHold(loopShare: number, maxMs: number): Severity {
  if (loopShare >= 0.1 || maxMs >= 200) return 'error';
  return loopShare >= 0.02 || maxMs >= 50 ? 'warning' : 'info';
}
