import type { Finding } from '../model/finding.ts';

/**
 * Takes hints in tests, scripts, examples and tools back to severity `hint`: nobody is served by those. What was
 * measured stays as it is.
 * @param relative the file, relative to its project: folders above say nothing
 */
export function quietAside(findings: readonly Finding[], relative: string): Finding[] {
  if (!SIDE.test(relative.replaceAll('\\', '/'))) return [...findings];
  return findings.map((finding) =>
    finding.confidence === 'measured' ? finding : { ...finding, severity: 'hint' },
  );
}

const SIDE =
  /(?:^|\/)(?:tests?|spec|specs|e2e|__tests__|__mocks__|fixtures|bench|benchmarks?|scripts?|examples?|tools|tooling|ci|docs|demo|demos|\.github|\.storybook|migrations|seeds?)\//i;
