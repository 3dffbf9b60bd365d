import type { Finding } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { contentHash } from './content-hash.ts';
import { gather, hashesByStamps, recall, wholeHash, type LintRun } from './recall.ts';
import { lintAnew } from './run-anew.ts';

/** Findings of files, each seen within its project. When nothing changed since the last run, nothing is read. */
export async function runLint(run: LintRun): Promise<Outcome<Finding[]>> {
  const rules = contentHash(run.preset, JSON.stringify(run.rules), run.types);
  const unread = hashesByStamps(run);
  const remembered =
    unread && recall(run, wholeHash(rules, [...unread.wanted, ...unread.others]), unread.wanted);
  return remembered ? gather(remembered, []) : lintAnew(run, rules);
}
