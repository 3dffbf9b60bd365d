// Cluster workers: below a command that we start, and below a process that runs already.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test, vi } from 'vitest';
import { EVENT_WORDS, Op, RequestKind } from '../../src/model/event.ts';
import type { ThreadNote } from '../../src/model/note.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { PROGRAMS, startProgram } from './program.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-cluster-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Requests that each thread served. */
function served(file: string): { notes: ThreadNote[]; requests: Map<string, number> } {
  const reader = openRecording(file);
  const requests = new Map<string, number>();
  for (const { thread, words } of reader.events()) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      if (words[at] !== (Op.RequestStart | (RequestKind.Http << 8))) continue;
      requests.set(thread, (requests.get(thread) ?? 0) + 1);
    }
  }
  return { notes: reader.notes.filter((note): note is ThreadNote => note.kind === 'thread'), requests };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks until both workers have answered. */
async function askBoth(port: number): Promise<string[]> {
  const pids = new Set<string>();
  for (let k = 0; k < 50 && pids.size < 2; k++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    pids.add(await answer.text());
  }
  return [...pids].sort();
}

test('below a command, from their first line on', async () => {
  const out = path.join(folder, 'command.looplens');
  let output = '';
  const recording = record(
    { kind: 'command', command: nodeBinary(24), args: [path.join(PROGRAMS, 'cluster.cjs')] },
    { out, durationMs: 60_000, onOutput: (text) => (output += text) },
  );
  while (!/^\d+\n/.test(output)) await Promise.race([wait(50), recording]);
  const port = Number(output);
  const pids = await askBoth(port);
  await fetch(`http://127.0.0.1:${port}/end`, { headers: { connection: 'close' } });
  const { trailer } = await recording;
  expect(trailer).toMatchObject({ ended: 'target-exited', problems: [] });
  const { notes, requests } = served(out);
  expect(notes.map(({ thread }) => thread).sort()).toEqual(pids);
  expect(notes.every(({ attachedLate }) => !attachedLate)).toBe(true);
  expect([...requests.keys()].sort()).toEqual(pids);
});

test('below a running process, which they leave as they were', async () => {
  const out = path.join(folder, 'running.looplens');
  // Cluster gives its workers the ports after this one; they do not take 0.
  const program = await startProgram(22, 'cluster.cjs', [`--inspect-port=127.0.0.1:${await freePort()}`]);
  try {
    const phases = new Set<string>();
    const recording = record(
      { kind: 'pid', pid: program.pid },
      { out, durationMs: 6000, onProgress: ({ phase }) => phases.add(phase) },
    );
    while (!phases.has('recording')) await Promise.race([wait(50), recording]);
    await wait(2500);
    const pids = await askBoth(program.port);
    await recording;
    const { notes, requests } = served(out);
    expect(notes.map(({ thread }) => thread).sort()).toEqual(pids);
    expect([...requests.keys()].sort()).toEqual(pids);
    expect(await askBoth(program.port)).toEqual(pids);
  } finally {
    await fetch(`${program.url}/end`, { headers: { connection: 'close' } }).catch(() => undefined);
    await program.end();
  }
});

test('below a running process, where all want the same inspector port', async () => {
  const script = path.join(folder, 'siblings.cjs');
  fs.writeFileSync(
    script,
    `const { fork } = require('node:child_process');
     const children = process.argv[2] ? [] : [1, 2].map((k) => fork(__filename, [String(k)]));
     setInterval(() => Promise.resolve(), 20);
     process.on('disconnect', () => process.exit(0));
     if (children.length > 0) {
       Promise.all(children.map((child) => new Promise((resolve) => child.once('spawn', resolve)))).then(() =>
         setTimeout(() => console.log(children.map(({ pid }) => pid).join(' ')), 500),
       );
     }`,
  );
  // Children inherit the option, and with it the port.
  const child = spawn(nodeBinary(24), [`--inspect-port=127.0.0.1:${await freePort()}`, script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  try {
    const pids = String((await once(child.stdout, 'data'))[0])
      .trim()
      .split(' ')
      .sort();
    const out = path.join(folder, 'siblings.looplens');
    const { trailer } = await record({ kind: 'pid', pid: child.pid! }, { out, durationMs: 6000 });
    expect(trailer.problems).toEqual([]);
    const { notes } = served(out);
    expect(notes.map(({ thread }) => thread).sort()).toEqual(pids);
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
});
