import { SEVERITIES, type Finding } from '../model/finding.ts';

/** The worst first: by severity, then by what it cost the loop, then by place. */
export function byImportance(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => rank(a) - rank(b) || cost(b) - cost(a) || comparePlaces(a, b));
}

/** By file and line, as someone reads the source. */
export function byPlace(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(comparePlaces);
}

const rank = (finding: Finding): number => SEVERITIES.indexOf(finding.severity);
const cost = (finding: Finding): number => finding.evidence?.totalMs ?? 0;

function comparePlaces({ location: a, rule }: Finding, { location: b, rule: other }: Finding): number {
  // Not by locale: the order must be the same on every machine.
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (rule === other ? 0 : rule < other ? -1 : 1);
}
