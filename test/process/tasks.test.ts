import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/model/problem.ts';
import type { Task, TaskDump } from '../../src/model/task.ts';
import { tasksText } from '../../src/report/tasks-text.ts';
import { dumpTasks } from '../../src/session/tasks.ts';
import { stuckAt } from '../../src/tasks/verdict.ts';
import { nodeBinary, VERSIONS } from '../setup/nodes.mjs';

const FOLDER = path.resolve('test/fixtures/tasks');
const HELPERS = new Set([
  'host.cjs',
  'worker-thread.cjs',
  'patched.cjs',
  'blocked.cjs',
  'locks.mjs',
  'alive.cjs',
  'large-heap.cjs',
]);
/** All of them run in one process, each with a golden text that holds for every major. */
const PROGRAMS = fs
  .readdirSync(FOLDER)
  .filter((name) => /\.[cm]js$/.test(name) && !HELPERS.has(name))
  .filter((name) => process.platform !== 'win32' || name !== 'fs-fifo.cjs');

const built = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-tasks-'));
/** Programs in TypeScript, and what they are compiled for. */
const SOURCES = { 'mapped.ts': 'node18', 'compiled.ts': 'es2016' };
const compiled = Object.keys(SOURCES).map((name) => path.join(built, name.replace('.ts', '.cjs')));
beforeAll(async () => {
  for (const [name, target] of Object.entries(SOURCES)) {
    await esbuild.build({
      entryPoints: [path.join(FOLDER, name)],
      outfile: path.join(built, name.replace('.ts', '.cjs')),
      sourcemap: 'inline',
      format: 'cjs',
      target,
    });
  }
});
afterAll(() => fs.rmSync(built, { recursive: true, force: true }));

describe.each(Object.keys(VERSIONS).map(Number))('tasks on Node %i', (major) => {
  let host: Running;
  let full: Outcome<TaskDump>;
  let quick: Outcome<TaskDump>;

  beforeAll(async () => {
    host = await start(major, ['host.cjs', ...PROGRAMS, ...compiled]);
    quick = await dumpTasks(host.target, { depth: 'quick' });
    full = await dumpTasks(host.target, { depth: 'full', lookUpMs: 60_000 });
  });
  afterAll(() => host.end());

  test('every golden program', async () => {
    expect(full.problems).toEqual([]);
    expect(full.value.target).toEqual({ pid: host.pid, node: `v${VERSIONS[major]}` });
    for (const name of [...PROGRAMS, ...Object.keys(SOURCES)]) {
      await expect(textOf(full.value, name)).toMatchFileSnapshot(path.join(FOLDER, 'golden', `${name}.txt`));
    }
  });

  test('a quick dump has the same stacks, but for those that share a promise', () => {
    expect(quick.value).toMatchObject({ depth: 'quick', cycles: [] });
    expect(quick.value.tasks.every(({ waitingFor }) => waitingFor === undefined)).toBe(true);
    const unseen = [
      'shared.cjs',
      'promise-cycle.cjs',
      'limit-nested.cjs',
      'limit-all.cjs',
      'old-compiled-lock.cjs',
      'compiled.ts',
    ];
    const wanted = full.value.tasks.filter((task) => !unseen.some((name) => isIn(task, name)));
    const known = new Set(quick.value.tasks.map(placesOf));
    expect(wanted.map(placesOf).filter((places) => !known.has(places))).toEqual([]);
  });

  test('lines of a program that replaced then are looked up one by one', async () => {
    const program = await start(major, ['host.cjs', 'patched.cjs']);
    try {
      const { value, problems } = await dumpTasks(program.target, { depth: 'full', lookUpMs: 60_000 });
      expect(problems.map(({ code }) => code)).toEqual(['then-patched']);
      expect(value.tasks.map(placesOf)).toEqual(['patched.cjs:9 patched.cjs:12']);
      expect(value.tasks[0]!.stack.every(({ exact }) => exact)).toBe(true);
      // It would end if its own `then` had been called.
      expect(program.child.exitCode).toBeNull();
    } finally {
      await program.end();
    }
  });
});

test('code that a loader compiled in memory has the lines and names of its source', async () => {
  const source = path.join(built, 'in-memory.ts');
  const loader = path.join(built, 'in-memory-loader.cjs');
  const text = `
const on = (event: string, run: () => Promise<void>): void => void run();
async function load(ms: number): Promise<void> {
  const began: number = Date.now();
  await new Promise<void>((resolve) => { setTimeout(resolve, ms); });
  console.log(Date.now() - began);
}
on('start', async () => {
  await load(1_300_000);
});`;
  fs.writeFileSync(source, text);
  const { code } = await esbuild.transform(text, {
    loader: 'ts',
    sourcefile: source,
    sourcemap: 'inline',
    minifyWhitespace: true,
  });
  const run = `require('node:vm').runInThisContext(${JSON.stringify(code)}, { filename: ${JSON.stringify(source)} });`;
  fs.writeFileSync(loader, run);
  const program = await start(24, ['host.cjs', loader]);
  try {
    const { value, problems } = await dumpTasks(program.target, { depth: 'full' });
    expect(problems).toEqual([]);
    expect(value.tasks.map(placesOf)).toEqual(['in-memory.ts:5 in-memory.ts:9']);
    const names = value.tasks[0]?.stack.map((frame) => frame.function);
    expect(names).toEqual(['load', 'callback of on("start")']);
  } finally {
    await program.end();
  }
});

test('a blocked loop is said', async () => {
  const program = await start(24, ['blocked.cjs']);
  try {
    await expect(dumpTasks(program.target, { depth: 'full' })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^The event loop did not turn within 3 s: it is blocked/) as string,
    });
  } finally {
    await program.end();
  }
});

interface Running {
  child: ChildProcess;
  pid: number;
  target: { kind: 'ws'; url: string };
  end(): Promise<void>;
}

/** Starts a program of the fixtures and waits until it says that it waits. */
async function start(major: number, [script, ...args]: string[]): Promise<Running> {
  const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', path.join(FOLDER, script!), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = exited.then(() => Promise.reject(new Error(`${script} ended: ${errors}`)));
  failed.catch(() => undefined);
  let errors = '';
  const url = new Promise<string>((resolve) => {
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
      const found = /ws:\S+/.exec(errors)?.[0];
      if (found) resolve(found);
    });
  });
  const waiting = new Promise<unknown>((resolve) => child.stdout.once('data', resolve));
  await Promise.race([waiting, failed]);
  return {
    child,
    pid: child.pid!,
    target: { kind: 'ws', url: await url },
    end: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const baseOf = (file: string): string => path.basename(file.replaceAll('\\', '/'));
const placesOf = ({ stack }: Task): string =>
  stack
    .filter(({ kind }) => kind === 'await')
    .map(({ file, line }) => `${baseOf(file)}:${line}`)
    .join(' ');

function isIn({ stack }: Task, name: string): boolean {
  const names: Record<string, string> = {
    'vm-context.cjs': 'inside-vm.js',
    'worker.cjs': 'worker-thread.cjs',
  };
  return stack.some(({ file }) => [name, names[name]].includes(baseOf(file)));
}

/** What the command prints of one program, in an order that does not depend on the heap's. */
function textOf(dump: TaskDump, name: string): string {
  const tasks = dump.tasks
    .filter((task) => isIn(task, name))
    .sort((a, b) => b.count - a.count || placesOf(a).localeCompare(placesOf(b), 'en', { numeric: true }));
  const cycles = dump.cycles.flatMap((cycle) => {
    const within = cycle.tasks.every((index) => tasks.includes(dump.tasks[index]!));
    return within ? [{ tasks: [], steps: cycle.steps }] : [];
  });
  const [first] = tasks;
  const place = first?.stack.find(({ owner }) => owner === 'own') ?? first?.stack[0];
  const { message, next } = stuckAt(dump, place?.file ?? '', place?.line ?? 0);
  const verdict = `\n\nWhy ${baseOf(place?.file ?? '')}:${place?.line}? ${[message, next].join(' ').trim()}\n`;
  // Who holds what is told by its index among all.
  const named = tasks.map((task) => ({
    ...task,
    ...(task.waitingFor && {
      waitingFor: {
        ...task.waitingFor,
        ...(task.waitingFor.holders && {
          holders: task.waitingFor.holders.map((holder) => ({
            ...holder,
            task: tasks.indexOf(dump.tasks[holder.task]!),
          })),
        }),
      },
    }),
  }));
  const text = tasksText({ ...dump, tasks: named, cycles }, [], { cwd: FOLDER, colour: 'none' });
  return (
    text
      .replace(/\n[^\n]* groups?\. Process [^\n]*\n$/, '')
      .trimEnd()
      .concat(verdict)
      .replace(/\(pid \d+\)/g, '(pid)')
      // Newer versions add the worker's own name; older ones keep the name of an iterated event.
      .replace(/^Worker \[worker 1\].*$/m, 'Worker [worker 1]')
      .replace('"message" of Session', 'an event of Session')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
  );
}
