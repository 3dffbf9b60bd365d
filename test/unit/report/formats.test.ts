import { expect, test } from 'vitest';
import { escapeJson } from '../../../src/report/clean.ts';
import { githubAnnotations } from '../../../src/report/github.ts';
import { hintsJson, reportJson } from '../../../src/report/json.ts';
import { hintsMarkdown, reportMarkdown } from '../../../src/report/markdown.ts';
import { sarif } from '../../../src/report/sarif.ts';
import { hintsText, reportText } from '../../../src/report/text.ts';
import { BLOCKED, HINT, HOSTILE, PROBLEMS, REPORT, SERIAL } from './sample.ts';

const CWD = '/app';
const PLAIN = { cwd: CWD, colour: 'none' } as const;
const HINTS = [
  HINT,
  { ...SERIAL, evidence: undefined },
  { ...HINT, location: { ...HINT.location, line: 30 } },
];

const outputs = {
  'report.txt': reportText(REPORT, PROBLEMS, PLAIN),
  'report-colour.txt': reportText(REPORT, [], { cwd: CWD, colour: 'ansi' }),
  'report.json': reportJson(REPORT, PROBLEMS, CWD),
  'report.md': reportMarkdown(REPORT, PROBLEMS, CWD),
  'hints.txt': hintsText(HINTS, [], PLAIN),
  'hints-ranked.txt': hintsText([...HINTS, BLOCKED], [], PLAIN),
  'hints.json': hintsJson(HINTS, [], CWD),
  'hints.md': hintsMarkdown(HINTS, PROBLEMS, CWD),
  'hints.github.txt': githubAnnotations([BLOCKED, SERIAL, HINT, HOSTILE], CWD),
  'hints.sarif': sarif([BLOCKED, SERIAL, HINT, HINT, HOSTILE], PROBLEMS, { cwd: CWD, version: '1.2.3' }),
};

test.each(Object.entries(outputs))('%s is as it was looked at', async (name, output) => {
  await expect(output).toMatchFileSnapshot(`golden/${name}`);
});

test('nothing found is said', () => {
  expect(hintsText([], [], PLAIN)).toBe('No findings.\n');
  expect(githubAnnotations([], CWD)).toBe('');
});

test.each(Object.entries(outputs).filter(([name]) => name !== 'report-colour.txt'))(
  '%s has no character that a terminal acts on',
  (_, output) => {
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  },
);

test('colours are the only control characters of a coloured report', () => {
  const others = outputs['report-colour.txt'].replace(/\u001b\[\d+m/g, '');
  expect(others).toBe(reportText(REPORT, [], PLAIN));
});

test('JSON is the contract: 1-based places relative to the folder, worst first, nothing lost', () => {
  const parsed = JSON.parse(outputs['report.json']);
  expect(parsed).toMatchObject({
    version: 1,
    target: { pid: 4242, node: 'v24.21.0', script: 'server.js' },
    recording: {
      durationMs: 10_012.3,
      events: 812_345,
      dropped: 12,
      attachedLate: true,
      overhead: { cpuShare: 0.04 },
    },
    health: {
      verdict: 'blocked',
      eventLoopDelayMs: { p50: 1.1, p99: 212.4, max: 405 },
      utilization: 0.83,
      gcShare: 0.02,
    },
  });
  expect(parsed.findings.map((finding: { rule: string }) => finding.rule)).toEqual([
    'blocked-loop',
    'serial-awaits',
    'no-sync',
    'no-sync',
  ]);
  expect(parsed.findings[0]).toMatchObject({
    location: { file: 'slow/index.js', line: 8, column: 3, function: 'sleep' },
    evidence: { totalMs: 930.2, p99Ms: 30.9, loopShare: 0.9346 },
    chain: [
      { file: 'slow/index.js', line: 12, column: 5, function: 'handler', kind: 'call' },
      { kind: 'library' },
      {},
    ],
  });
  expect(parsed.findings[3].message).toBe(HOSTILE.message);
  expect(parsed.findings[3].location.file).toBe(HOSTILE.location.file);
});

test('escaping JSON keeps its value', () => {
  const text = 'a\u009b\u2028\u202e\u007f"\\\u0000';
  expect(JSON.parse(escapeJson(JSON.stringify(text)))).toBe(text);
});

test('SARIF: fingerprints survive moved lines and tell equal lines apart', () => {
  const printsOf = (...findings: (typeof HINT)[]): string[] =>
    JSON.parse(sarif(findings, [], { cwd: CWD, version: '1.0.0' })).runs[0].results.map(
      (result: { partialFingerprints: Record<string, string> }) =>
        result.partialFingerprints['looplensLine/v1'],
    );
  const moved = { ...HINT, location: { ...HINT.location, line: 90 }, lineText: `    ${HINT.lineText!}` };
  expect(printsOf(moved)).toEqual(printsOf(HINT));
  expect(new Set(printsOf(HINT, moved)).size).toBe(2);
  expect(printsOf({ ...HINT, rule: 'other' })).not.toEqual(printsOf(HINT));
});

test('SARIF: one line for each primary region, steps in the order of execution', () => {
  const { results, tool } = JSON.parse(outputs['hints.sarif']).runs[0];
  for (const { ruleId, ruleIndex, locations } of results) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect(locations[0].physicalLocation.region.endLine).toBeUndefined();
  }
  const flow = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'blocked-loop').codeFlows[0]
    .threadFlows[0];
  expect(flow.locations.map((step: Step) => step.location.physicalLocation.region.startLine)).toEqual([
    3, 12, 8,
  ]);
});

interface Step {
  location: { physicalLocation: { region: { startLine: number } } };
}
