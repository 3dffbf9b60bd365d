// What the command line says when something is wrong with the target: one sentence, the right exit code, nothing lost.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeBinary } from '../setup/nodes.mjs';
import { startProgram } from './program.ts';
import type { RunningProgram } from './program.ts';

const CLI = path.resolve('dist/cli/looplens.cjs');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-test-'));
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

function looplens(...args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

async function server(major: number, nodeArgs = ['--inspect-port=0']): Promise<RunningProgram> {
  const program = await startProgram(major, 'problems.cjs', nodeArgs);
  ends.push(() => program.end());
  return program;
}

function expectRefusal(answer: Answer, code: number, sentence: RegExp): void {
  expect(answer.stderr).toMatch(sentence);
  expect(answer.stderr).not.toMatch(/^\s+at /m);
  expect(answer.stdout).toBe('');
  expect(answer.code).toBe(code);
}

describe('a target that cannot be recorded', () => {
  test('a port where nothing listens', async () => {
    const probe = http.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    expectRefusal(
      await looplens('record', '--inspect', String(port)),
      3,
      /Nothing listens at 127\.0\.0\.1:\d+\. Start/,
    );
  });

  test('a port that is not an inspector', async () => {
    const { port } = await server(24);
    expectRefusal(
      await looplens('record', '--inspect', String(port)),
      3,
      /is not the inspector of a Node\.js process/,
    );
  });

  test('a process that is gone', async () => {
    const program = await server(24);
    await program.end();
    expectRefusal(
      await looplens('record', '--pid', String(program.pid)),
      3,
      /There is no process \d+\. List/,
    );
  });

  test.runIf(process.platform !== 'win32')('a process that is not Node lives on', async () => {
    const child = spawn('sleep', ['30']);
    ends.push(() => child.kill());
    await wait(100);
    expectRefusal(
      await looplens('record', '--pid', String(child.pid)),
      3,
      /is not a Node\.js process of yours/,
    );
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
  });

  test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'a process of another user',
    async () => {
      const program = await server(24);
      // Nobody may read a checkout that root made, so it gets the bundle in a place of its own.
      const cli = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-other-')), 'looplens.cjs');
      fs.cpSync(path.dirname(CLI), path.dirname(cli), { recursive: true });
      fs.chmodSync(path.dirname(cli), 0o755);
      ends.push(() => fs.rmSync(path.dirname(cli), { recursive: true }));
      const script = `process.setgid(65534); process.setuid(65534); process.argv.splice(1, 1); require(${JSON.stringify(cli)})`;
      const answer = await new Promise<Answer>((resolve) => {
        execFile(
          process.execPath,
          ['-e', script, 'x', 'looplens', 'record', '--pid', String(program.pid)],
          { cwd: '/' },
          (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
      });
      expectRefusal(answer, 3, /belongs to another user\. Run looplens as that user/);
    },
  );

  test('a process whose inspector port is taken', async () => {
    const holder = await server(24, ['--inspect=127.0.0.1:0']);
    const list = await looplens('targets', '--format', 'json');
    const { port } = (JSON.parse(list.stdout) as { targets: { pid: number; port: number }[] }).targets.find(
      ({ pid }) => pid === holder.pid,
    )!;
    const second = await server(24, [`--inspect-port=127.0.0.1:${port}`]);
    const answer = await looplens('record', '--pid', String(second.pid), '--duration', '1s');
    expectRefusal(answer, 3, new RegExp(`port ${port} is taken by another process's inspector`));
    expect((await fetch(second.url)).ok).toBe(true);
  });

  test.each([
    [20, ['--experimental-permission']],
    [26, ['--permission', '--allow-net']],
  ])('a program under the permission model of Node %i', async (major, model) => {
    const flags = [...model, '--allow-fs-read=*', '--inspect-port=0'];
    const sentence =
      /runs under Node's permission model, which forbids its inspector[^\n]*\. Add --allow-inspector/;
    expectRefusal(await looplens('record', '--', nodeBinary(major), ...flags, 'app.js'), 3, sentence);
    const program = await server(major, flags);
    expectRefusal(await looplens('record', '--pid', String(program.pid)), 3, sentence);
    expect(program.child.exitCode).toBeNull();
    expect(program.child.signalCode).toBeNull();
  });

  // Elsewhere nobody knows whether it listens for the signal.
  test.runIf(process.platform === 'linux')(
    'a process that was told to ignore the signal lives on',
    async () => {
      const child = spawn(nodeBinary(24), ['-e', 'setInterval(() => undefined, 100)'], {
        env: { ...process.env, NODE_OPTIONS: '--disable-sigusr1' },
        stdio: 'ignore',
      });
      ends.push(() => child.kill('SIGKILL'));
      await wait(300);
      expectRefusal(
        await looplens('record', '--pid', String(child.pid)),
        3,
        /does not listen for the signal/,
      );
      expect(child.exitCode ?? child.signalCode).toBeNull();
    },
  );

  test('a command that does not exist, and one that ends at once', async () => {
    expectRefusal(
      await looplens('record', '--', 'no-such-program-here'),
      3,
      /"no-such-program-here" could not be started/,
    );
    const answer = await looplens('record', '--', nodeBinary(24), path.join(folder, 'missing.js'));
    expect(answer.stderr).toMatch(/ended with code 1 before it could be recorded\. Its output above/);
    expect(answer.code).toBe(3);
  });
});

describe('a recording under way', () => {
  let program: RunningProgram;
  beforeAll(async () => {
    program = await server(22);
  });

  test('a second one is refused, and the first goes on', async () => {
    const first = looplens(
      'record',
      '--pid',
      String(program.pid),
      '--duration',
      '4s',
      '--out',
      path.join(folder, 'a.looplens'),
    );
    await wait(2000);
    const second = await looplens('record', '--pid', String(program.pid), '--duration', '1s');
    expectRefusal(second, 3, /is being recorded already\. Stop the other/);
    const answer = await first;
    expect(answer.stderr).toMatch(/Recorded/);
    expect(answer.code).toBe(0);
  });

  test('is kept when the process is killed, and can be analysed', async () => {
    const victim = await server(24);
    const out = path.join(folder, 'killed.looplens');
    const recording = looplens(
      'record',
      '--pid',
      String(victim.pid),
      '--duration',
      '30s',
      '--out',
      out,
      '--format',
      'json',
    );
    await wait(1500);
    for (let k = 0; k < 8; k++) await fetch(`${victim.url}/spin`);
    await wait(500);
    victim.child.kill('SIGKILL');
    const answer = await recording;
    expect(answer.code).toBe(0);
    const report = JSON.parse(answer.stdout) as { recording: { events: number } };
    expect(report.recording.events).toBeGreaterThan(50);
    expect((await looplens('analyze', out)).code).toBe(0);
  });

  test('that was cut off is read as far as it goes, with exit code 4', async () => {
    const whole = fs.readFileSync(path.join(folder, 'a.looplens'));
    const cut = path.join(folder, 'cut.looplens');
    fs.writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * 0.7)));
    const answer = await looplens('analyze', cut, '--format', 'json');
    expect(answer.code).toBe(4);
    expect(JSON.parse(answer.stdout)).toMatchObject({ version: 1, target: { pid: program.pid } });
    expect((JSON.parse(answer.stdout) as { problems: { code: string }[] }).problems[0]!.code).toBe(
      'file-truncated',
    );
  });

  test('whose recorder was killed ends by itself', async () => {
    const out = path.join(folder, 'orphan.looplens');
    const recorder = spawn(process.execPath, [CLI, 'record', '--pid', String(program.pid), '--out', out], {
      stdio: 'ignore',
    });
    await wait(2500);
    recorder.kill('SIGKILL');
    await wait(1500);
    const trace = (await (await fetch(`${program.url}/trace-of-us`)).json()) as {
      workers: number;
      channels: boolean[];
      asyncIdAfterAwait: boolean;
    };
    expect(trace).toMatchObject({ workers: 0, channels: [false, false, false], asyncIdAfterAwait: true });
    expect((await looplens('analyze', out)).code).toBe(4);
  });
});
