import type { Finding } from '../../model/finding.ts';

/** Findings whose fixes can be applied in one go: in source order, those that would change what another one changes are left out. */
export function fixesTogether(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  let end = -1;
  const spans = findings
    .filter(({ fix }) => fix !== undefined && fix.edits.length > 0)
    .map((finding) => ({
      finding,
      first: Math.min(...finding.fix!.edits.map((edit) => edit.start)),
      last: Math.max(...finding.fix!.edits.map((edit) => edit.end)),
    }))
    .sort((a, b) => a.first - b.first || a.last - b.last);
  for (const { finding, first, last } of spans) {
    if (first < end || (first === end && last === first)) continue;
    kept.push(finding);
    end = last;
  }
  return kept;
}
