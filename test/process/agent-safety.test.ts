// Flags and patched globals that forbid this and that: the recording works or says why not, and the program does the same
// as without us.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/base/user-error.ts';
import { openRecording } from '../../src/recording/read.ts';
import { record } from '../../src/session/record.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { messagesOf, runWithAgent } from './agent-host.ts';

vi.stubGlobal('LOOPLENS_VERSION', '0.0.0-test');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-safety-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const PROGRAM = path.join(folder, 'program.cjs');
fs.writeFileSync(
  PROGRAM,
  `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seen = () => JSON.stringify([Reflect.ownKeys(globalThis).map(String), Reflect.ownKeys(Error).map(String), typeof Error.prepareStackTrace, Error.stackTraceLimit]);
let done = false;
process.stdout.write('ready');
process.stdin.once('data', () => { done = true; });
async function main() {
  const before = seen();
  while (!done) await pause(10); // waits here
  console.log(before === seen());
  process.stdin.destroy();
}
main();
`,
);
const WAITS =
  fs
    .readFileSync(PROGRAM, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes('// waits')) + 1;

/** The program with its inspector open; `end` lets it finish and answers what it printed. */
async function startOpen(
  major: number,
  flags: string[],
): Promise<{ port: number; end: () => Promise<string>; kill: () => void }> {
  const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', ...flags, PROGRAM], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  const ready = new Promise((resolve) => child.stdout.once('data', resolve));
  const port = await new Promise<number>((resolve, reject) => {
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      const listening = /127\.0\.0\.1:(\d+)\//.exec((stderr += data.toString()));
      if (listening) resolve(Number(listening[1]));
    });
    child.once('exit', () => reject(new Error(stderr)));
  });
  // Node listens before it has got ready itself.
  await ready;
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    port,
    end: async () => {
      child.stdin.end('end\n');
      const code = await ended;
      return `${stdout}${code ?? ''}`;
    },
    kill: () => child.kill('SIGKILL'),
  };
}

interface Case {
  flags: string[];
  majors: number[];
}
const CASES: [string, Case][] = [
  ['frozen intrinsics', { majors: [18, 22, 26], flags: ['--frozen-intrinsics'] }],
  ['no code from strings', { majors: [18, 26], flags: ['--disallow-code-generation-from-strings'] }],
  ['no addons, source maps', { majors: [20], flags: ['--no-addons', '--enable-source-maps'] }],
];

describe.each(CASES)('with %s', (_name, { flags, majors }) => {
  test.each(majors)('Node %i is recorded, and the program does not notice', async (major) => {
    const program = await startOpen(major, flags);
    try {
      const out = path.join(folder, `${major}${flags.join('')}.looplens`.replace(/[*/]/g, ''));
      const target = { kind: 'inspect', host: '127.0.0.1', port: program.port } as const;
      const { header, trailer } = await record(target, { out, durationMs: 800 });
      expect(header.transport).toBe('socket');
      expect(trailer.problems.map(({ code }) => code)).toEqual([]);
      const { tables } = openRecording(out);
      const own = tables.frames.filter(({ file }) => path.basename(file) === 'program.cjs');
      expect(own.map(({ line, async }) => [line, async])).toContainEqual([WAITS, 'await']);
      expect(await program.end()).toBe('readytrue\n0');
    } finally {
      program.kill();
    }
  });
});

test.each([
  [20, '--experimental-permission'],
  [24, '--permission'],
])('Node %i, whose %s forbids the inspector, is refused in a sentence', async (major, flag) => {
  const child = spawn(nodeBinary(major), [flag, '--allow-fs-read=*', PROGRAM], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const out = path.join(folder, 'refused.looplens');
    const error: unknown = await record({ kind: 'pid', pid: child.pid! }, { out, durationMs: 200 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
  } finally {
    child.kill('SIGKILL');
  }
});

const PATCHED = `
const lines = [];
// A clock that stands still, as test frameworks make one, and timers that never fire.
const frozen = { now: Date.now, performance: performance.now, set: globalThis.setTimeout, interval: globalThis.setInterval };
class Mine extends Promise { constructor(run) { super(run); lines.push('made'); } }
const later = (ms) => new Promise((resolve) => frozen.set(resolve, ms));
Date.now = () => 1;
Object.defineProperty(performance, 'now', { value: () => 1, configurable: true, writable: true });
globalThis.setTimeout = globalThis.setInterval = () => { throw new Error('a timer of ours'); };
globalThis.Promise = Mine;
async function main() {
  await later(150); // waits here
  await new Mine((resolve) => resolve()).then(() => undefined);
  console.log(lines.length, Date.now(), performance.now());
}
main().then(() => globalThis.agent?.stop()).then(() => console.log('end'));
`;

test.each([18, 22, 26])(
  'patched clocks, timers and promises on Node %i change nothing for either',
  async (major) => {
    const [run, bare] = await Promise.all([
      runWithAgent(major, PATCHED),
      runWithAgent(major, PATCHED, { agent: 'bare' }),
    ]);
    expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
      code: 0,
      stdout: bare.stdout,
      stderr: '',
    });
    const lines = messagesOf(run, 'stack').flatMap(({ frames }) => frames.map(([, , line]) => line));
    expect(lines).toContain(run.lineOf('// waits here'));
  },
);

test('its memory is fixed: promises that nobody settles, labels without end', async () => {
  const program = `
const http = require('node:http');
const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', async () => {
  const keep = [];
  for (let k = 0; k < 300_000; k++) keep.push(new Promise(() => undefined));
  const client = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path) => new Promise((resolve) =>
    http.get({ agent: client, port: server.address().port, host: '127.0.0.1', path }, (answer) => answer.resume().on('end', resolve)));
  for (let k = 0; k < 5200; k++) await get('/' + k);
  await agent.stop();
  console.log(keep.length);
  client.destroy();
  server.close();
});`;
  const run = await runWithAgent(24, program);
  expect(run.stdout.trim()).toBe('300000');
  const labels = messagesOf(run, 'label');
  expect(labels.length).toBe(5000);
});
