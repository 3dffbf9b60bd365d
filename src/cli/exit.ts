import { SEVERITIES, type Severity } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import type { UserErrorCode } from '../base/user-error.ts';

/** Exit codes: what scripts rely on. */
export const Exit = {
  Done: 0,
  FindingReached: 1,
  Usage: 2,
  Unreachable: 3,
  Damaged: 4,
  Internal: 5,
} as const;

/** The exit code of an error for people. */
export const EXIT_OF: Record<UserErrorCode, number> = {
  usage: Exit.Usage,
  unreachable: Exit.Unreachable,
  damaged: Exit.Damaged,
  internal: Exit.Internal,
};

/** Values of `--fail-on`. */
export const FAIL_LEVELS = ['error', 'warning', 'info'] as const satisfies readonly Severity[];
export type FailLevel = (typeof FAIL_LEVELS)[number];

/** What a job's answer means for the exit code: a damaged input counts for more than a finding. */
export function exitOf(
  findings: readonly { severity: Severity }[],
  problems: readonly Problem[],
  failOn?: FailLevel,
): number {
  if (problems.some(({ code }) => DAMAGE.has(code))) return Exit.Damaged;
  if (failOn === undefined) return Exit.Done;
  const limit = SEVERITIES.indexOf(failOn);
  const reached = findings.some(({ severity }) => SEVERITIES.indexOf(severity) <= limit);
  return reached ? Exit.FindingReached : Exit.Done;
}

const DAMAGE: ReadonlySet<string> = new Set(['file-truncated', 'chunk-damaged']);
