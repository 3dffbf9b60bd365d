import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { filesOfInterest } from '../../src/analysis/files-of-interest.ts';
import { FINDING_RULES } from '../../src/analysis/findings/rules.ts';
import { collectFacts } from '../../src/lint/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';

// The pages of the findings promise: the first program shows the problem at this line, the second one no longer does.
const PAGES = path.resolve('src/analysis/findings');
const NODE = nodeBinary(24);
const RECORD_MS = 4_000;

// Set by the build.
vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');

const LINES: Record<string, RegExp> = {
  'blocked-loop': /for \(let i|n % i === 0/,
  'sync-io-in-request': /readFileSync\(table/,
  'serial-awaits': /await getUser\(\)/,
  'never-settled': /queue\.push\(resolve\)/,
  'unhandled-rejection': /new TypeError/,
  'slow-request': /await sleep\(280\)/,
  'cpu-saturated': /for \(let i = 0|digest/,
  'gc-pressure': /entries/,
  'microtask-starvation': /await applyRule|state\.applied|return state|for \(let rule|async function/,
  'thread-pool-saturated': /await derive/,
  'floating-promise': /audit\(request\.url\)/,
  'rejection-handled-late': /new Error\('settings/,
  'unbounded-concurrency': /Promise\.all/,
  'lost-context': /log\(`answered/,
  'listener-growth': /stock\.on\('change'/,
  'handle-leak': /setInterval\(\(\) => dashboard/,
  'timer-drift': /setInterval/,
  'interval-overlap': /await poll\(\)/,
  'response-not-ended': /redeem\(|createServer|coupons\.get/,
  'exit-with-pending-await': /await once\(database/,
};

const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-pages-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('every finding has a page, and every page a finding', () => {
  const pages = fs.readdirSync(PAGES).filter((file) => file.endsWith('.md'));
  const rules = FINDING_RULES.map(({ id }) => id);
  expect(pages.map((file) => path.basename(file, '.md')).sort()).toEqual([...rules].sort());
  expect(Object.keys(LINES).sort()).toEqual([...rules].sort());
});

describe.each(FINDING_RULES.map(({ id }) => id))('the page of %s', (rule) => {
  const page = fs.readFileSync(path.join(PAGES, `${rule}.md`), 'utf8');
  const [problem, fixed] = [...page.matchAll(/```js\n(.*?)```/gs)].map((block) => block[1]!);

  test('shows a program in which it is found', async () => {
    const findings = await findingsOf(`${rule}-problem`, problem!);
    const found = findings.find((finding) => finding.rule === rule);
    const line = problem!.split('\n')[(found?.location.line ?? 0) - 1];
    expect(line, JSON.stringify(findings, undefined, 1)).toMatch(LINES[rule]!);
  });

  test('shows a program in which it is mended', async () => {
    const findings = await findingsOf(`${rule}-fixed`, fixed!);
    expect(findings.filter((finding) => finding.rule === rule)).toEqual([]);
  });
});

async function findingsOf(name: string, program: string): Promise<Finding[]> {
  const file = path.join(folder, `${name}.${/^import /m.test(program) ? 'mjs' : 'cjs'}`);
  fs.writeFileSync(file, program);
  const out = `${file}.looplens`;
  await record(
    { kind: 'command', command: NODE, args: [file] },
    { out, durationMs: RECORD_MS, onOutput: () => undefined },
  );
  const reader = openRecording(out);
  const facts = filesOfInterest(reader).map((source) =>
    collectFacts(fs.readFileSync(source, 'utf8'), source),
  );
  return analyze(reader, facts).value.findings;
}
