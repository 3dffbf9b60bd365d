// Messages between threads and processes: each that came is joined with the one that was sent, and a thread's work with
// the request that it was sent for.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { RecordingReader } from '../../src/recording/contract.ts';
import { openRecording } from '../../src/recording/read.ts';
import { traceEventJson } from '../../src/report/trace-event.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';
import { lineOf, PROGRAMS, startProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-messages-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const FILE = 'messengers.cjs';
const ROUNDS = 4;

/** Times of messages by `channel number`. */
function messages(reader: RecordingReader, op: Op): Map<string, number> {
  const found = new Map<string, number>();
  for (const { words } of reader.events()) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      if ((words[at]! & 0xff) !== op) continue;
      found.set(`${reader.tables.labels[words[at + 3]!]!} ${words[at + 1]!}`, words[at + 2]! >>> 0);
    }
  }
  return found;
}

async function ask(url: string, route: string): Promise<string> {
  return await (await fetch(url + route, { headers: { connection: 'close' } })).text();
}

/** Who sent what the worker was held by. */
function senders(reader: RecordingReader): (string | undefined)[] {
  const { findings } = analyze(reader, []).value;
  const held = findings.find(
    ({ rule, location }) => rule === 'blocked-loop' && location.line === lineOf(FILE, '// works'),
  );
  return held?.chain.filter(({ kind }) => kind === 'message').map(({ label }) => label) ?? [];
}

describe.each(Object.keys(VERSIONS).map(Number))('below a command on Node %i', (major) => {
  test('what came is what was sent, on all channels', async () => {
    const out = path.join(folder, `${major}.looplens`);
    let output = '';
    const recording = record(
      { kind: 'command', command: nodeBinary(major), args: [path.join(PROGRAMS, FILE)] },
      { out, durationMs: 60_000, onOutput: (text) => (output += text) },
    );
    while (!/^\d+\n/.test(output)) await Promise.race([wait(20), recording]);
    const url = `http://127.0.0.1:${Number(output)}`;
    for (let k = 0; k < ROUNDS; k++) for (const route of ['/work', '/child']) await ask(url, route);
    await ask(url, '/end');
    const { trailer } = await recording;
    expect(trailer).toMatchObject({ ended: 'target-exited', problems: [] });

    const reader = openRecording(out);
    const sent = messages(reader, Op.MessageSent);
    const received = messages(reader, Op.MessageReceived);
    const channels = new Set([...sent.keys()].map((key) => key.replace(/ \d+$/, '')));
    // Node 18 does not tell of new workers, and of new children a moment later.
    if (major >= 20) {
      expect(channels.size).toBe(4);
      expect([...received.keys()].sort()).toEqual([...sent.keys()].sort());
      expect(sent.size).toBe(4 * ROUNDS + 2);
      for (const [key, at] of received) expect(sent.get(key), key).toBeLessThanOrEqual(at);
      // (The message that ends it comes on the same channel.)
      expect(senders(reader)).toEqual(['sent by main, in GET /work and GET /end']);
      const arrows = [...traceEventJson(reader)].join('').match(/"cat":"message"/g);
      expect(arrows).toHaveLength(2 * sent.size);
    } else {
      expect([...channels].every((channel) => /process \d+$/.test(channel))).toBe(true);
    }
  });
});

test('in a running process: what is new is joined, and nothing of us stays', async () => {
  const out = path.join(folder, 'late.looplens');
  const program = await startProgram(24, FILE, ['--inspect-port=0']);
  try {
    const phases = new Set<string>();
    const recording = record(
      { kind: 'pid', pid: program.pid },
      { out, durationMs: 3000, onProgress: ({ phase }) => phases.add(phase) },
    );
    while (!phases.has('recording')) await Promise.race([wait(20), recording]);
    for (let k = 0; k < ROUNDS; k++) await ask(program.url, '/child');
    await recording;
    expect(await ask(program.url, '/traces')).toBe('false');
    expect(await ask(program.url, '/child')).toBe('done');
    const sent = messages(openRecording(out), Op.MessageSent);
    expect([...sent.keys()].filter((key) => key.startsWith('messages to process'))).toHaveLength(ROUNDS);
  } finally {
    await ask(program.url, '/end').catch(() => undefined);
    await program.end();
  }
});
