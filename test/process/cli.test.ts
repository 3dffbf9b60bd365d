import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Report } from '../../src/model/finding.ts';

const LOOPLENS = path.resolve('dist/cli/looplens.cjs');
const BLOCKS = path.resolve('test/fixtures/programs/blocks.cjs');
const BLOCKING_LINE = 6;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-cli-'));
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

test('records a running process, leaves it alive, and finds the line that blocks', async () => {
  const program = await startBlocks();
  const out = path.join(folder, 'pid.looplens');
  const { code, stdout, stderr } = await looplens(
    'record',
    '--pid',
    String(program.pid),
    '-d',
    '2s',
    '-o',
    out,
    '-f',
    'json',
  );
  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout) as Report;
  const found = report.findings.find(({ rule }) => rule === 'blocked-loop');
  expect(found?.location).toMatchObject({ file: 'test/fixtures/programs/blocks.cjs', line: BLOCKING_LINE });
  expect(found?.evidence?.routes).toEqual(['GET /spin']);
  expect(stderr).toContain(out);
  expect(program.exitCode, 'the recorded process lives').toBeNull();

  const failing = await looplens('analyze', out, '--fail-on', 'warning');
  expect(failing.code).toBe(1);
  expect(failing.stdout).toContain(`blocks.cjs:${BLOCKING_LINE}`);
  expect(failing.stdout, 'no colour in a pipe').not.toContain('\u001b');

  fs.truncateSync(out, Math.floor(fs.statSync(out).size * 0.8));
  const cut = await looplens('analyze', out);
  expect(cut.code).toBe(4);
  expect(cut.stdout).toMatch(/cut off/);
});

// Windows has no signals between processes: Ctrl-C there goes to a console.
test.skipIf(process.platform === 'win32')(
  'Ctrl-C ends a recording, and its findings are printed',
  async () => {
    const out = path.join(folder, 'interrupted.looplens');
    const command = start('record', '-o', out, '--', process.execPath, BLOCKS);
    await text(command.child, 'stderr', /listening/);
    await text(command.child, 'stderr', /Recording [1-9]/);
    command.child.kill('SIGINT');
    const { code, stdout } = await command.done;
    expect(code).toBe(0);
    expect(stdout).toContain(`blocks.cjs:${BLOCKING_LINE}`);
    expect((await looplens('analyze', out)).code, 'the recording is whole').toBe(0);
  },
);

test('a program that is started is recorded from its first line until it exits', async () => {
  const out = path.join(folder, 'short.looplens');
  const script = path.join(folder, 'short.cjs');
  fs.writeFileSync(script, 'setTimeout(() => console.log("bye"), 300);\n');
  const { code, stdout, stderr } = await looplens(
    'record',
    '-o',
    out,
    '-f',
    'json',
    '--',
    process.execPath,
    script,
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('bye');
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, recording: { attachedLate: false } });
});

test('a reader that goes away is no error', async () => {
  const { child, done } = start('help', 'record');
  child.stdout.destroy();
  const { code, stderr } = await done;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each([
  [['record', '--pid', '2147483646'], 3],
  [['record', '--inspect', '127.0.0.1:1'], 3],
  [['record', '--', 'looplens-no-such-program'], 3],
  [['analyze', BLOCKS], 4],
  [['analyze', path.join(folder, 'missing.looplens')], 2],
  [['record', '--frequency', '3'], 2],
])('looplens %j is one sentence and exit code %i', async (args, expected) => {
  const { code, stdout, stderr } = await looplens(...args, ...(args.includes('--') ? [] : ['--quiet']));
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  expect(stderr).toMatch(/[^\n]+\.\n$/);
  expect(stderr).not.toMatch(/\n {4}at /);
});

async function startBlocks(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BLOCKS], { stdio: ['ignore', 'pipe', 'ignore'] });
  running.add(child);
  await text(child, 'stdout', /listening/);
  return child;
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [LOOPLENS, ...args]);
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const done = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, done };
}

const looplens = (...args: string[]) => start(...args).done;

/** Resolves when a stream has printed what is waited for. */
function text(child: ChildProcess, stream: 'stdout' | 'stderr', wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child[stream]?.on('data', (part: Buffer | string) => {
      seen += String(part);
      if (wanted.test(seen)) resolve();
    });
    child.on('close', (code) =>
      reject(new Error(`Ended with ${code} before it printed ${String(wanted)}: ${seen}`)),
    );
  });
}
