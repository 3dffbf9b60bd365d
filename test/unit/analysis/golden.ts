import type { Finding, Report } from '../../../src/model/finding.ts';
import type { Outcome } from '../../../src/model/problem.ts';

/** A report as text: what a reader gets to know, one fact a line. */
export function golden({ value, problems }: Outcome<Report>): string {
  const { health } = value;
  return [
    `${health.verdict}: ${health.message}`,
    ...value.findings.flatMap(finding),
    ...problems.map((problem) => `problem ${problem.code}: ${problem.message}`),
  ].join('\n');
}

function finding(f: Finding): string[] {
  const { evidence: e } = f;
  return [
    `${f.severity} ${f.rule}${f.cause ? ` (${f.cause})` : ''} ${place(f.location)}`,
    `  ${f.message}`,
    ...(e ? [`  ${e.count} x, ${e.totalMs} ms, max ${e.maxMs}, p99 ${e.p99Ms}, share ${e.loopShare}`] : []),
    ...f.chain.map(
      (step) => `  < ${step.kind} ${step.label ?? place({ file: '', line: 0, column: 0, ...step })}`,
    ),
    ...f.related.map((r) => `  + ${r.message} ${place(r.location)}`),
  ];
}

function place(at: Finding['location']): string {
  return `${at.file.replace('/app/', '')}:${at.line}:${at.column}${at.function ? ` ${at.function}` : ''}`;
}
