import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whatKeepsAlive } from '../../src/session/alive.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';

const FIXTURES = path.resolve('test/fixtures/tasks');
const CLI = path.resolve('dist/cli/looplens.cjs');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function looplens(
  args: string[],
  seen: (text: string, child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, 'tasks', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (ended.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => seen((ended.stderr += data.toString()), child));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...ended })));
}

/** A program of the fixtures that has said that it waits. */
async function start(major: number, script: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', path.join(FIXTURES, script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  const url = new Promise<string>((resolve) => {
    child.stderr.on('data', (data: Buffer) => {
      const found = /ws:\S+/.exec((errors += data.toString()))?.[0];
      if (found) resolve(found);
    });
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { child, url: await url };
}

describe('a large heap', () => {
  let program: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    program = await start(24, 'large-heap.cjs');
  });
  afterAll(() => program.child.kill('SIGKILL'));

  test('is not written out where nobody can be asked, but for --yes', async () => {
    const refused = await looplens([program.url]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /The heap has \d{3} MB: its snapshot will hold the process.*--yes.*--quick/,
    );
    const { code, stdout } = await looplens([program.url, '--yes', '--at', 'large-heap.cjs:4']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 task stands here, waiting for a timer \(timer of 600000 ms\)\.\n/);
  });
});

// There is no Ctrl-C to send to another process there.
test.skipIf(process.platform === 'win32')('Ctrl-C ends it and the program that it started', async () => {
  let pid = 0;
  const program = 'console.error(`pid ${process.pid} runs`); setInterval(() => undefined, 1000)';
  const { code, stdout } = await looplens(
    ['--settle', '10m', '--', process.execPath, '-e', program],
    (text, child) => {
      const found = /pid (\d+) runs/.exec(text);
      if (!found || pid !== 0) return;
      pid = Number(found[1]);
      child.kill('SIGINT');
    },
  );
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(pid).toBeGreaterThan(0);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test.each(Object.keys(VERSIONS).map(Number))('what keeps a process of Node %i alive', async (major) => {
  const { child, url } = await start(major, 'alive.cjs');
  try {
    const { value, problems } = await whatKeepsAlive({ kind: 'ws', url });
    expect(problems).toEqual([]);
    const words = value.things.map(({ thread, ref, detail, calls }) =>
      [thread === 'main' ? '' : 'worker', ref, detail, ...calls.map((at) => `${at.function}:${at.line}`)]
        .join(' ')
        .trim()
        .replace(/127\.0\.0\.1:\d+/, 'PORT')
        .replace(/ node(\.exe)?/, '')
        .replace(/ \(pid \d+\)/, ''),
    );
    expect(words).toEqual(
      expect.arrayContaining([
        'holds server on PORT onConnection:6',
        'holds socket to PORT onData:8',
        'holds connection of a server on PORT',
        'holds interval of 60000 ms tick:10',
        'does-not-hold timer of 50000 ms later:11',
        'holds child process onExit:14',
        'holds file watcher onChange:15',
        expect.stringMatching(/^worker holds interval of 55000 ms/) as string,
      ]),
    );
    expect(words.filter((word) => word.includes('40000'))).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
