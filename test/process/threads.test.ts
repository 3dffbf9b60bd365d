// Worker threads of the recorded process, nested ones and later ones too, on the clock of its main thread.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { ThreadNote } from '../../src/model/note.ts';
import type { RecordingReader } from '../../src/recording/contract.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { VERSIONS } from '../setup/nodes.mjs';
import { lineOf, startProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-threads-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const FILE = 'thread-pool.cjs';

describe.each(Object.keys(VERSIONS).map(Number))('workers on Node %i', (major) => {
  test('are recorded beside the main thread, and go on as before', async () => {
    const program = await startProgram(major, FILE, ['--inspect-port=0']);
    const out = path.join(folder, `${major}.looplens`);
    try {
      let begun = (): void => undefined;
      const recording = new Promise<void>((resolve) => (begun = resolve));
      const done = record(
        { kind: 'pid', pid: program.pid },
        { out, durationMs: 3500, onProgress: ({ phase }) => phase === 'recording' && begun() },
      );
      await Promise.race([recording, done]);
      await wait(300);
      // A worker that holds its own loop, and one that comes and goes meanwhile.
      for (let k = 0; k < 3; k++) await fetch(`${program.url}/spin`);
      expect(await (await fetch(`${program.url}/short`)).text()).toBe('code 0');
      const { trailer } = await done;
      expect(trailer.problems).toEqual([]);
      expect(trailer.dropped).toBe(0);
      const reader = openRecording(out);

      const notes = reader.notes.filter((note): note is ThreadNote => note.kind === 'thread');
      const named = new Map(notes.map(({ name, thread }) => [name, thread]));
      expect([...named.keys()].sort()).toEqual(['worker inner', 'worker outer', 'worker short']);
      expect(notes.every(({ pid, node }) => pid === program.pid && node === `v${VERSIONS[major]!}`)).toBe(
        true,
      );

      for (const thread of ['main', ...named.values()]) {
        const times = timesOf(reader, thread);
        expect(times.length, thread).toBeGreaterThan(3);
        // One clock: no thread's events lie before or behind the recording.
        expect(Math.min(...times), thread).toBeGreaterThanOrEqual(0);
        expect(Math.max(...times), thread).toBeLessThanOrEqual(trailer.durationUs + 1000);
      }
      // The stack of the held worker is the worker's.
      expect(heldLines(reader, named.get('worker outer'))).toContain(lineOf(FILE, 'Date.now() < end'));
      expect(heldLines(reader, undefined)).not.toContain(lineOf(FILE, 'Date.now() < end'));
      expect(new Set(reader.tables.types).size).toBe(reader.tables.types.length);

      await wait(300);
      expect(await (await fetch(`${program.url}/traces`)).json()).toEqual({ main: false, outer: false });
    } finally {
      await program.end();
    }
  });
});

function heldLines({ stalls, tables }: RecordingReader, held: string | undefined): number[] {
  return stalls
    .filter(({ thread }) => thread === held)
    .flatMap(({ stack }) => tables.stacks[stack]!.map((id) => tables.frames[id]!.line));
}

function timesOf(reader: RecordingReader, thread: string): number[] {
  const times: number[] = [];
  for (const batch of reader.events()) {
    if (batch.thread !== thread) continue;
    for (let at = 0; at < batch.words.length; at += EVENT_WORDS) {
      const op = batch.words[at]! & 0xff;
      if (op === Op.Heartbeat || op === Op.Before) times.push(batch.words[at + 2]! >>> 0);
    }
  }
  return times;
}
