// A program that is started again is in the same recording with all its lives: at one inspector address, and below a
// command that restarts it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { ThreadNote } from '../../src/model/note.ts';
import type { RecordingReader } from '../../src/recording/contract.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { PROGRAMS, startProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-restart-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const FILE = 'ticks.cjs';

const count = (reader: RecordingReader, thread: string, op: Op): number => {
  let sum = 0;
  for (const batch of reader.events()) {
    if (batch.thread !== thread) continue;
    for (let at = 0; at < batch.words.length; at += EVENT_WORDS) if ((batch.words[at]! & 0xff) === op) sum++;
  }
  return sum;
};

const threadNotes = (reader: RecordingReader): ThreadNote[] =>
  reader.notes.filter((note): note is ThreadNote => note.kind === 'thread');

const freePort = async (): Promise<number> => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Resolves when the recorder has said or done what is waited for. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await wait(20);
}

describe.each([20, 24])('at an inspector address, on Node %i', (major) => {
  test('the next process there goes on in the same recording', async () => {
    const port = await freePort();
    const start = () => startProgram(major, FILE, [`--inspect=127.0.0.1:${port}`]);
    const warnings: string[] = [];
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => warnings.push(text),
    };
    const stop = new AbortController();
    const out = path.join(folder, `inspect-${major}.looplens`);
    let events = 0;
    let program = await start();
    try {
      const first = program.pid;
      const recording = record(
        { kind: 'inspect', host: '127.0.0.1', port },
        {
          out,
          durationMs: 60_000,
          reconnect: 'on',
          signal: stop.signal,
          log,
          onProgress: (now) => (events = now.events),
        },
      );
      const failed = recording.then(
        () => Promise.reject(new Error('It ended too early.')),
        (error: unknown) => Promise.reject(error as Error),
      );
      failed.catch(() => undefined);
      const reached = (done: () => boolean) => Promise.race([until(done), failed]);
      await reached(() => events > 100);
      await program.end();
      await reached(() => warnings.some((text) => text.includes('has ended')));
      program = await start();
      await reached(() => warnings.some((text) => text.includes('goes on')));
      const before = events;
      await reached(() => events > before + 100);
      stop.abort();
      const { trailer, header } = await recording;
      expect(trailer).toMatchObject({ ended: 'stopped', problems: [] });
      expect(header.target.pid).toBe(first);
      expect(warnings).toEqual([
        `The process at 127.0.0.1:${port} has ended; waiting 30 s for another one.`,
        `Recording goes on with process ${program.pid} at 127.0.0.1:${port}.`,
      ]);

      const reader = openRecording(out);
      const [again, ...rest] = threadNotes(reader);
      expect(rest).toEqual([]);
      expect(again).toMatchObject({ thread: 'main-2', name: `restarted ${FILE}`, pid: program.pid });
      expect(again!.timeUs).toBeGreaterThan(0);
      expect(again!.timeUs).toBeLessThan(trailer.durationUs);
      for (const thread of ['main', 'main-2']) {
        expect(count(reader, thread, Op.Init), thread).toBeGreaterThan(10);
        expect(count(reader, thread, Op.Before), thread).toBeGreaterThan(10);
      }
    } finally {
      await program.end();
    }
  });
});

test('a pid and a command have nothing to reconnect to', async () => {
  const out = path.join(folder, 'never.looplens');
  const options = { out, reconnect: 'on' } as const;
  await expect(record({ kind: 'pid', pid: process.pid }, options)).rejects.toMatchObject({ code: 'usage' });
  const command = { kind: 'command', command: process.execPath, args: [] } as const;
  await expect(record({ ...command, args: [] }, options)).rejects.toMatchObject({ code: 'usage' });
  expect(fs.existsSync(out)).toBe(false);
});

describe.each([20, 24])('below node --watch %i', (major) => {
  test('both lives of a program whose file was touched are recorded', async () => {
    const script = path.join(folder, `watched-${major}.cjs`);
    fs.copyFileSync(path.join(PROGRAMS, FILE), script);
    const out = path.join(folder, `watch-${major}.looplens`);
    const stop = new AbortController();
    let output = '';
    let events = 0;
    const recording = record(
      { kind: 'command', command: nodeBinary(major), args: ['--watch', script], cwd: folder },
      {
        out,
        durationMs: 40_000,
        signal: stop.signal,
        onOutput: (text) => (output += text),
        onProgress: (now) => (events = now.events),
      },
    );
    const begun = () => output.split('\n').filter((line) => line === '0').length;
    const reached = (done: () => boolean) => Promise.race([until(done), recording]);
    await reached(() => begun() === 1 && events > 100);
    fs.appendFileSync(script, '// touched\n');
    await reached(() => begun() === 2);
    const before = events;
    await reached(() => events > before + 100);
    stop.abort();
    const { trailer, header } = await recording;
    expect(output).toContain('0');
    expect(trailer).toMatchObject({ ended: 'stopped', problems: [] });

    const reader = openRecording(out);
    const lives = threadNotes(reader).filter((note) => note.script === script);
    expect(header.target.script).toBe(script);
    expect(lives).toHaveLength(1);
    expect(lives[0]!.pid).not.toBe(header.target.pid);
    for (const thread of ['main', lives[0]!.thread]) {
      expect(count(reader, thread, Op.Init), thread).toBeGreaterThan(10);
    }
  });
});

describe.each([18, 22, 26])('a process of Node %i that is only just starting', (major) => {
  test('is recorded, and starts as ever', async () => {
    const args = ['--inspect=127.0.0.1:0', path.join(PROGRAMS, FILE)];
    const child = spawn(nodeBinary(major), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    try {
      const said = once(child.stdout, 'data');
      const line = String((await once(child.stderr, 'data'))[0]);
      // Its inspector listens long before Node is ready.
      const url = /ws:\S+/.exec(line)![0];
      const out = path.join(folder, `young-${major}.looplens`);
      const { trailer } = await record({ kind: 'ws', url }, { out, durationMs: 1000 });
      expect(trailer).toMatchObject({ ended: 'duration', problems: [] });
      expect(count(openRecording(out), 'main', Op.Before)).toBeGreaterThan(10);
      expect(String((await said)[0])).toBe('0\n');
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
});
