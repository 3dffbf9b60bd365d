// The options of `looplens record`, as somebody who has read its help uses them.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { EVENT_WORDS, Op } from '../../src/model/event.ts';
import type { Report } from '../../src/model/finding.ts';
import { openRecording } from '../../src/recording/read.ts';
import { nodeBinary } from '../setup/nodes.mjs';
import { startProgram } from './program.ts';

const CLI = path.resolve('dist/cli/looplens.cjs');
const NODE = nodeBinary(24);
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-options-'));
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

interface Looplens {
  child: ChildProcess;
  stderr: () => string;
  done: Promise<{ code: number | null; stdout: string }>;
  /** Resolves when stderr has shown this. */
  says: (wanted: RegExp) => Promise<void>;
}

function start(...args: string[]): Looplens {
  const child = spawn(process.execPath, [CLI, ...args]);
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  return {
    child,
    stderr: () => stderr,
    done: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout }))),
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (wanted.test(stderr)) resolve();
        };
        look();
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`It never said ${String(wanted)}: ${stderr}`)));
      }),
  };
}

/** Records until the program ends; its report and its file. */
async function record(
  name: string,
  options: string[],
  command: string[],
): Promise<{ report: Report; out: string }> {
  const out = path.join(folder, `${name}.looplens`);
  const looplens = start('record', ...options, '-o', out, '-f', 'json', '--', ...command);
  const { code, stdout } = await looplens.done;
  expect(code, looplens.stderr()).toBe(0);
  return { report: JSON.parse(stdout) as Report, out };
}

function count(file: string, op: Op): number {
  let found = 0;
  for (const { words } of openRecording(file).events()) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) if ((words[at]! & 0xff) === op) found++;
  }
  return found;
}

const WORKING = `
  const end = Date.now() + 1500;
  (async () => {
    while (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  })();
`;

test('--mode: watch has no graph, deep has stacks of creations', async () => {
  const program = script('working.cjs', WORKING);
  const [watch, deep] = await Promise.all([
    record('watch', ['--mode', 'watch'], [NODE, program]),
    record('deep', ['--mode', 'deep'], [NODE, program]),
  ]);
  expect(watch.report.recording.overhead.mode).toBe('watch');
  expect(count(watch.out, Op.Init)).toBe(0);
  expect(count(watch.out, Op.Heartbeat)).toBeGreaterThan(5);
  expect(deep.report.recording.overhead.mode).toBe('deep');
  expect(count(deep.out, Op.InitStack)).toBeGreaterThan(5);
});

test('--budget: recording does with less, and says so', async () => {
  // Nothing but promises for five seconds.
  const program = script(
    'promises.cjs',
    `const end = Date.now() + 5000;
     (function round() {
       for (let k = 0; k < 2000; k++) Promise.resolve().then(() => undefined);
       if (Date.now() < end) setTimeout(round, 5);
     })();`,
  );
  const { out } = await record('budget', ['--budget', '0.1%'], [NODE, program]);
  const reasons = openRecording(out).notes.flatMap((note) => (note.kind === 'mode' ? [note.reason] : []));
  expect(reasons.join('\n')).toMatch(/\d+(\.\d+)? %/);

  const wrong = start('record', '--budget', '300', '--', NODE, program);
  expect((await wrong.done).code).toBe(2);
  expect(wrong.stderr()).toMatch(/^"300" is no share\. Write a percentage/);
});

test('--no-follow: the main thread alone', async () => {
  const program = script(
    'threads.cjs',
    `const { fork } = require('node:child_process');
     const { isMainThread, Worker } = require('node:worker_threads');
     if (isMainThread && process.argv[2] !== 'child') {
       new Worker(__filename);
       fork(__filename, ['child']);
     }
     setTimeout(() => undefined, 500);`,
  );
  const [alone, all] = await Promise.all([
    record('alone', ['--no-follow'], [NODE, program]),
    record('all', [], [NODE, program]),
  ]);
  expect(alone.report.target.threads.map(({ id }) => id)).toEqual(['main']);
  const names = all.report.target.threads.map(({ name }) => name);
  expect(names.sort()).toEqual(['child threads.cjs', 'main', 'worker threads.cjs']);
});

test('--map-root: files of a container are those that lie here', async () => {
  // What the program calls /srv/app is this folder.
  const source = script(
    'mapped.js',
    `function hold() {
  const end = Date.now() + 900;
  while (Date.now() < end); // here
}
setTimeout(hold, 100);
setTimeout(() => undefined, 1200);
`,
  );
  const program = script(
    'container.cjs',
    `const { readFileSync } = require('node:fs');
     const { runInThisContext } = require('node:vm');
     runInThisContext(readFileSync(${JSON.stringify(source)}, 'utf8'), { filename: '/srv/app/mapped.js' });`,
  );
  const { report } = await record('mapped', ['--map-root', `/srv/app=${folder}`], [NODE, program]);
  const found = report.findings.find(({ rule }) => rule === 'blocked-loop');
  expect(path.resolve(found!.location.file)).toBe(source);
  expect(found!.location).toMatchObject({ line: 3, function: 'hold' });
});

// Windows has no signals between processes: Ctrl-C there goes to a console.
test.skipIf(process.platform === 'win32')('--reconnect: goes on with the next process', async () => {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const serve = () => startProgram(24, 'ticks.cjs', [`--inspect=127.0.0.1:${port}`]);
  const out = path.join(folder, 'reconnect.looplens');
  let program = await serve();
  try {
    const looplens = start('record', '--inspect', String(port), '--reconnect', '-o', out, '-f', 'json');
    await looplens.says(/Recording [1-9]/);
    await program.end();
    await looplens.says(/has ended; waiting 30 s for another one/);
    program = await serve();
    await looplens.says(/Recording goes on with process \d+/);
    await looplens.says(/goes on[^]*Recording \d/);
    looplens.child.kill('SIGINT');
    const { code, stdout } = await looplens.done;
    expect(code, looplens.stderr()).toBe(0);
    const { target } = JSON.parse(stdout) as Report;
    expect(target.threads.map(({ id }) => id)).toEqual(['main', 'main-2']);
  } finally {
    await program.end();
  }
});
