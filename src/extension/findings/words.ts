import { millis, percent } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';

/** Verbs of the rules whose evidence reads as "so many times so long". */
const VERBS: Readonly<Record<string, string>> = {
  'blocked-loop': 'blocked',
  'sync-io-in-request': 'blocked',
  'serial-awaits': 'waited in series',
  'slow-request': 'slow',
};

const MAX_LENGTH = 100;

/**
 * The finding in one short line, number first: `blocked 31 × 30 ms (93 %) in GET /`. Undefined for what was not
 * measured: a hypothesis gets a diagnostic, never a line of its own.
 */
export function inlineText(finding: Finding): string | undefined {
  const { evidence } = finding;
  if (!evidence) return undefined;
  const where = routes(evidence.routes);
  const verb = VERBS[finding.rule] ?? (finding.cause ? 'blocked' : undefined);
  if (verb && evidence.totalMs > 0) {
    return `${verb} ${times(evidence.count, evidence.totalMs)}${share(evidence.loopShare)}${where}`;
  }
  return clip(firstSentence(finding.message));
}

/** Worst first: severity, then time on the loop, then total time. */
export function bySeriousness(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    (b.evidence?.loopShare ?? 0) - (a.evidence?.loopShare ?? 0) ||
    (b.evidence?.totalMs ?? 0) - (a.evidence?.totalMs ?? 0) ||
    a.location.file.localeCompare(b.location.file) ||
    a.location.line - b.location.line
  );
}

const RANK = { error: 0, warning: 1, info: 2, hint: 3 } as const;

/** `31 × 30 ms`, or `30 ms` for one time: the mean, since the total is what the share tells. */
function times(count: number, totalMs: number): string {
  const each = millis(totalMs / Math.max(1, count));
  return count > 1 ? `${String(count)} × ${each}` : each;
}

function share(loopShare: number): string {
  return loopShare > 0 ? ` (${percent(loopShare)})` : '';
}

function routes(all: readonly string[]): string {
  const [first, ...others] = all;
  if (first === undefined) return '';
  return others.length > 0 ? ` in ${first} + ${others.length} more` : ` in ${first}`;
}

function firstSentence(message: string): string {
  const end = message.indexOf('. ');
  return end < 0 ? message.replace(/\.$/, '') : message.slice(0, end);
}

function clip(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1).trimEnd()}…` : text;
}
