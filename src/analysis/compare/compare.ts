import type { Change, ComparedHealth, ComparedRecording, Comparison } from '../../model/comparison.ts';
import { compareQuantiles } from './bootstrap.ts';
import { compareFindings } from './findings.ts';
import { compareLines } from './lines.ts';
import { compareRoutes } from './routes.ts';
import type { Run } from './run.ts';

/** Looks at the loop without which nothing can be said of its delay. */
const ENOUGH_LOOKS = 100;
const DELAY = { q: 0.99, effect: { relative: 0.3, absolute: 5 } };

/**
 * What got better or worse from one recording of a program to another. Robust to noise: a difference is told only where chance is an
 * unlikely explanation and it is large enough to matter; where too little was recorded, the answer is `unclear`. Recordings of
 * different length and load are compared per request, or per second where there are no requests.
 */
export function compareRuns(base: Run, head: Run): Comparison {
  const routes = compareRoutes(base, head);
  const findings = compareFindings(base, head);
  const lines = compareLines(base, head);
  const health = compareHealth(base, head);
  // A line alone moves no verdict: work that goes from one function to another is no change for anyone.
  const changes = [...routes, ...findings].map(({ change }) => change);
  if (health.delayP99Ms) changes.push(health.delayP99Ms.change);
  return {
    verdict: verdictOf(changes),
    base: summaryOf(base),
    head: summaryOf(head),
    health,
    routes,
    findings,
    lines,
  };
}

function compareHealth(base: Run, head: Run): ComparedHealth {
  const health = { base: base.report.health, head: head.report.health };
  if (Math.min(base.delays.length, head.delays.length) < ENOUGH_LOOKS) return health;
  const [delayP99Ms] = compareQuantiles(base.delays, head.delays, [DELAY] as const);
  return { ...health, delayP99Ms };
}

function verdictOf(changes: readonly Change[]): Comparison['verdict'] {
  const worse = changes.some((change) => change === 'worse' || change === 'new');
  const better = changes.some((change) => change === 'better' || change === 'gone');
  if (worse) return better ? 'mixed' : 'worse';
  if (better) return 'better';
  return changes.length > 0 && changes.every((change) => change === 'unclear') ? 'unclear' : 'no-difference';
}

function summaryOf({ file, report, durations }: Run): ComparedRecording {
  const requests = [...durations.values()].reduce((sum, list) => sum + list.length, 0);
  return { file, durationMs: report.recording.durationMs, requests, node: report.target.node };
}
