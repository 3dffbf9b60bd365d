import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { filesOfInterest } from '../../src/analysis/files-of-interest.ts';
import { collectFacts } from '../../src/lint/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';

// Set by the build.
vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');

const PROGRAMS = path.resolve('test/fixtures/contexts');
const RECORD_MS = 4_000;
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-contexts-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

// The three ways in which Node carries a store: by async hooks for all, with promises apart, by frames.
test.each([18, 22, 26] as const)(
  'Node %i: tells each callback that lost its store, and is silent where none did',
  async (major) => {
    const lossy = await lostIn('lossy.cjs', major);
    const text = fs.readFileSync(path.join(PROGRAMS, 'lossy.cjs'), 'utf8').split('\n');
    const lines = lossy.map(({ location }) => /\/\/ (\w+)$/.exec(text[location.line - 1]!)?.[1]);
    expect(lines.sort()).toEqual(['bus', 'driver', 'thenable']);
    for (const { related, evidence, message } of lossy) {
      expect(evidence!.totalMs).toBeGreaterThan(0);
      expect(message).toMatch(/executions that it was seen in, [\d.]+ ms each .* requests were answered so$/);
      const [made, called] = related.map(({ location }) => text[location.line - 1]!);
      expect(made).toMatch(/await null|once\(|query\(|then\(|async/);
      expect(called).toMatch(/shift\(\)|bus\.emit|callback\(\)/);
      expect(evidence!.routes).toHaveLength(1);
    }
    expect(await lostIn('kept.cjs', major)).toEqual([]);
  },
);

async function lostIn(program: string, major: 18 | 22 | 26): Promise<Finding[]> {
  const out = path.join(folder, `${program}-${major}.looplens`);
  await record(
    { kind: 'command', command: nodeBinary(major), args: [path.join(PROGRAMS, program)] },
    { out, durationMs: RECORD_MS, onOutput: () => undefined },
  );
  const reader = openRecording(out);
  // Silence where nothing was looked at would prove nothing.
  const samples = reader.notes.flatMap((note) => (note.kind === 'contexts' ? note.samples : []));
  expect(samples.filter(({ stores }) => stores.some((store) => store > 0)).length).toBeGreaterThan(50);
  const facts = filesOfInterest(reader).map((file) => collectFacts(fs.readFileSync(file, 'utf8'), file));
  return analyze(reader, facts).value.findings.filter(({ rule }) => rule === 'lost-context');
}
