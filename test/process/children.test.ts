// `record -- COMMAND`: every Node process and worker below the command is in one recording, from its first line on, and
// none of them notices: output, input and exit codes are as without us.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { ThreadNote } from '../../src/model/note.ts';
import type { RecordingReader } from '../../src/recording/contract.ts';
import { openRecording } from '../../src/recording/read.ts';
import type { RecordOptions, RecordResult } from '../../src/session/contract.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';
import { lineOf, PROGRAMS } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-children-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Recorded extends RecordResult {
  output: string;
  reader: RecordingReader;
  notes: ThreadNote[];
}

async function recordCommand(
  name: string,
  [command, ...args]: [string, ...string[]],
  options: Partial<RecordOptions> = {},
): Promise<Recorded> {
  let output = '';
  const out = path.join(folder, `${name}.looplens`);
  const result = await record(
    { kind: 'command', command, args, cwd: folder },
    { out, durationMs: 30_000, onOutput: (text) => (output += text), ...options },
  );
  const reader = openRecording(out);
  const notes = reader.notes.filter((note): note is ThreadNote => note.kind === 'thread');
  return { ...result, output, reader, notes };
}

const count = (reader: RecordingReader, thread: string, op: Op): number => {
  let sum = 0;
  for (const batch of reader.events()) {
    if (batch.thread !== thread) continue;
    for (let at = 0; at < batch.words.length; at += EVENT_WORDS) if ((batch.words[at]! & 0xff) === op) sum++;
  }
  return sum;
};

describe.each(Object.keys(VERSIONS).map(Number))('a command with children on Node %i', (major) => {
  test('is recorded with all of them, and behaves as without us', async () => {
    const program = path.join(PROGRAMS, 'family.cjs');
    const plain = await new Promise<string>((resolve) => {
      execFile(nodeBinary(major), [program], { cwd: folder }, (_error, stdout) => resolve(stdout));
    });
    const { output, trailer, header, reader, notes } = await recordCommand(`family-${major}`, [
      nodeBinary(major),
      program,
    ]);
    expect(output.split('\n').sort()).toEqual(plain.split('\n').sort());
    expect(trailer).toMatchObject({ ended: 'target-exited', problems: [], dropped: 0 });
    expect(header).toMatchObject({ attachedLate: false, target: { script: program } });

    const [child, other, ...rest] = notes.filter(({ name }) => name === 'child family.cjs');
    expect(rest).toEqual([]);
    const worker = notes.find(({ name }) => name === 'worker inside');
    expect(worker?.pid).toBe(Number(worker?.thread.split('/')[0]));
    expect([String(child?.pid), String(other?.pid)]).toContain(String(worker?.pid));
    for (const note of notes) {
      expect(note).toMatchObject({ attachedLate: false, node: `v${VERSIONS[major]!}` });
      expect(note.timeUs).toBeGreaterThan(0);
      expect(note.timeUs).toBeLessThan(trailer.durationUs);
      expect(count(reader, note.thread, Op.Init), note.name).toBeGreaterThan(0);
    }
    const forked = notes.find(({ pid }) => pid !== header.target.pid && pid !== worker?.pid);
    const profile = reader.profiles.find(({ thread }) => thread === forked!.thread);
    const lines = profile!.nodes.flatMap(({ ticks }) => ticks.map(({ line }) => line));
    expect(lines).toContain(lineOf('family.cjs', '// spins'));
  });
});

// The process cannot answer us before its child has ended: whatever is done for the child must not need it.
test('a child that its parent stands still for is let go, while recording and at the end', async () => {
  const program = path.join(PROGRAMS, 'waits-for-child.cjs');
  const { output, reader, notes } = await recordCommand('waits-for-child', [nodeBinary(24), program], {
    durationMs: 1500,
  });
  expect(new Set(output.trim().split('\n'))).toEqual(new Set(['came back']));
  expect(notes.length).toBeGreaterThan(0);
  expect(reader.profiles.some(({ thread }) => thread === undefined)).toBe(true);
});
