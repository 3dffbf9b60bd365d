import type { Change, ComparedFinding, CostUnit } from '../../model/comparison.ts';
import { SEVERITIES, type Evidence, type Finding } from '../../model/finding.ts';
import type { Run } from './run.ts';

/** Cases without which a finding's coming or going may be chance. */
const FEW = 5;
/** Distance of two costs in standard errors, and as a share of the larger, from which they differ. */
const CERTAIN = 2.6;
const LARGE = 0.2;
/** The other recording must have seen this share of what one saw, or the absence of a finding says nothing. */
const SEEN = 0.5;

/** The findings of both recordings, matched, the worst news first. */
export function compareFindings(base: Run, head: Run): ComparedFinding[] {
  const per: CostUnit = base.report.routes.length > 0 && head.report.routes.length > 0 ? 'request' : 'second';
  const exposure = { base: exposureOf(base, per), head: exposureOf(head, per) };
  const compared: ComparedFinding[] = [];
  const { pairs, gone, added } = match(base, head);
  for (const [before, after] of pairs) {
    compared.push({ ...described(after), ...changeOf(before.evidence, after.evidence, exposure, per) });
  }
  for (const after of added) {
    const change = isChance(after, exposure.base, exposure.head) ? 'unclear' : 'new';
    compared.push({ ...described(after), change });
  }
  for (const before of gone) {
    const change = isChance(before, exposure.head, exposure.base) ? 'unclear' : 'gone';
    compared.push({ ...described(before), change });
  }
  return compared.sort(byInterest);
}

function described({ rule, severity, message, location }: Finding): Omit<ComparedFinding, 'change'> {
  return { rule, severity, message, location };
}

/** Requests, or seconds. */
function exposureOf({ report }: Run, per: CostUnit): number {
  if (per === 'second') return report.recording.durationMs / 1000;
  return report.routes.reduce((sum, { requests }) => sum + requests, 0);
}

/** Pairs up what is the same finding, as exactly as can be: first by the text of the line, then by the function alone. */
function match(base: Run, head: Run): { pairs: [Finding, Finding][]; gone: Finding[]; added: Finding[] } {
  const pairs: [Finding, Finding][] = [];
  let gone = [...base.report.findings];
  let added = [...head.report.findings];
  for (const key of [lineKey, functionKey]) {
    const byKey = new Map<string, Finding[]>();
    for (const finding of gone) {
      const name = key(finding, base.cwd);
      if (name !== undefined) byKey.set(name, [...(byKey.get(name) ?? []), finding]);
    }
    const paired = new Set<Finding>();
    for (const after of added) {
      const name = key(after, head.cwd);
      const before = name === undefined ? undefined : byKey.get(name)?.shift();
      if (!before) continue;
      pairs.push([before, after]);
      paired.add(before).add(after);
    }
    gone = gone.filter((finding) => !paired.has(finding));
    added = added.filter((finding) => !paired.has(finding));
  }
  return { pairs, gone, added };
}

/** An edit elsewhere moves the line and keeps its text. */
function lineKey({ rule, location, lineText, evidence }: Finding, cwd: string): string | undefined {
  const text = lineText?.replace(/\s+/g, '');
  // Two findings may stand at one line, for different routes.
  const route = evidence?.routes[0] ?? '';
  return text
    ? [rule, below(location.file, cwd), location.function ?? '', text, route].join('\n')
    : undefined;
}

function functionKey({ rule, location }: Finding, cwd: string): string {
  return [rule, below(location.file, cwd), location.function ?? ''].join('\n');
}

/** The path below the process's folder: the same program may lie elsewhere on another machine. */
function below(file: string, cwd: string): string {
  const plain = file.replaceAll('\\', '/');
  const start = `${cwd.replaceAll('\\', '/').replace(/\/+$/, '')}/`;
  return plain.startsWith(start) ? plain.slice(start.length) : plain;
}

/**
 * How the cost per request or second changed; of what takes no time, how often it happened. A sum of `n` cases of about the same
 * size has a standard error of about its `1 / sqrt(n)`.
 */
function changeOf(
  before: Evidence | undefined,
  after: Evidence | undefined,
  exposure: { base: number; head: number },
  per: CostUnit,
): Pick<ComparedFinding, 'change' | 'cost' | 'times'> {
  if (!before || !after || exposure.base <= 0 || exposure.head <= 0) return { change: 'no-difference' };
  const isTimed = before.totalMs > 0 || after.totalMs > 0;
  const base = (isTimed ? before.totalMs : before.count) / exposure.base;
  const head = (isTimed ? after.totalMs : after.count) / exposure.head;
  const figures = { [isTimed ? 'cost' : 'times']: { base, head, per } };
  const error = Math.hypot(
    base / Math.sqrt(Math.max(1, before.count)),
    head / Math.sqrt(Math.max(1, after.count)),
  );
  const large = Math.abs(head - base) >= LARGE * Math.max(base, head);
  if (!large || Math.abs(head - base) <= CERTAIN * error) return { change: 'no-difference', ...figures };
  return { change: head > base ? 'worse' : 'better', ...figures };
}

/** Seen too seldom where it is, or too little was recorded where it is not. */
function isChance({ evidence }: Finding, missing: number, present: number): boolean {
  if (missing < present * SEEN) {
    const expected = evidence && present > 0 ? (evidence.count * missing) / present : 0;
    return expected < FEW;
  }
  return evidence !== undefined && evidence.count < FEW;
}

const RANK: Change[] = ['new', 'worse', 'gone', 'better', 'no-difference', 'unclear'];

function byInterest(a: ComparedFinding, b: ComparedFinding): number {
  return (
    RANK.indexOf(a.change) - RANK.indexOf(b.change) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    (b.cost?.head ?? 0) - (a.cost?.head ?? 0)
  );
}
