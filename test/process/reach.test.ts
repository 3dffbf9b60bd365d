import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { filesOfInterest } from '../../src/analysis/files-of-interest.ts';
import { collectFacts } from '../../src/lint/facts.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { Op, PendingReach } from '../../src/model/event.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';
import { runWithAgent } from './agent-host.ts';
import { lineOf, PROGRAMS } from './program.ts';

// Set by the build.
vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');

const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-reach-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test.concurrent.each([18, 26] as const)(
  'Node %i: tells what nobody can settle from what somebody could',
  async (major) => {
    const out = path.join(folder, `${major}.looplens`);
    await record(
      { kind: 'command', command: nodeBinary(major), args: [path.join(PROGRAMS, 'stuck.cjs')] },
      { out, durationMs: 5_000, onOutput: () => undefined },
    );
    const reader = openRecording(out);
    const facts = filesOfInterest(reader).map((file) => collectFacts(fs.readFileSync(file, 'utf8'), file));
    const stuck = analyze(reader, facts).value.findings.filter(({ rule }) => rule === 'never-settled');
    const told = stuck.map(({ location, confidence, message }) => {
      const outlook = /can never go on|still held/.exec(message)?.[0] ?? message;
      return `${location.line} ${confidence}: ${outlook}`;
    });
    expect(told.sort((a, b) => Number.parseInt(a) - Number.parseInt(b))).toEqual([
      `${lineOf('stuck.cjs', '// GONE')} certain: can never go on`,
      `${lineOf('stuck.cjs', '// HELD')} measured: still held`,
    ]);
  },
);

const YOUNG = `
const v8 = require('node:v8');
const young = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
(async () => { await new Promise(() => undefined); })();
let kept = [];
for (let k = 0; k < 400_000; k++) { kept.push({ k }); if (kept.length > 60_000) kept = kept.slice(-10_000); }
setTimeout(async () => {
  const before = young();
  await agent.stop();
  console.log(JSON.stringify({ before, after: young(), gc: typeof gc }));
  process.exit();
}, 1_300);
`;

test.concurrent.each(Object.keys(VERSIONS).map(Number))(
  'Node %i: the collection at the end does not shrink the young generation, and leaves no gc()',
  async (major) => {
    const run = await runWithAgent(major, YOUNG);
    const reaches = run.events.filter(({ op }) => op === Op.Pending).map(({ extra }) => extra);
    expect(reaches).toContain(PendingReach.Gone);
    const { before, after, gc } = JSON.parse(run.stdout) as { before: number; after: number; gc: string };
    expect(before).toBeGreaterThan(2e6);
    expect(after).toBeGreaterThanOrEqual(before);
    expect(gc).toBe('undefined');
  },
);
