import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { nodeBinary } from '../setup/nodes.mjs';
import { afterAll, afterEach, expect, test } from 'vitest';
import { fixture, lineOf, Session } from './debug-client.ts';

const FAMILY = fixture('family.cjs');
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'll-debug-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

let session: Session | undefined;
afterEach(() => session?.close());

test.each([18, 26])('a child process is debugged from its first line, on Node %i', async (major) => {
  session = await Session.open();
  await session.launch(major, FAMILY, (s) =>
    s.breakpoints(FAMILY, { line: lineOf('family.cjs', 'const result') }),
  );
  const stop = await session.stop();
  expect(stop).toMatchObject({ reason: 'breakpoint' });
  expect(stop.threadId).not.toBe(1);
  const { threads } = (await session.client.threadsRequest()).body;
  expect(threads.find(({ id }) => id === stop.threadId)?.name).toMatch(/^family\.cjs \(process \d+\)$/);
  const [top] = await session.frames(stop.threadId);
  expect(await session.evaluate('n', top!.id)).toBe('7');
  const ended = session.client.waitForEvent('terminated');
  await session.client.continueRequest({ threadId: stop.threadId! });
  await ended;
  expect(session.output.map(({ output }) => output).join('')).toBe('the child says 49\n');
});

test('a program that npm starts is debugged, and npm is not', async () => {
  const program = path.join(folder, 'app.cjs');
  fs.writeFileSync(program, 'const secret = process.env.SECRET;\nconsole.log(`secret ${secret}`);\n');
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ scripts: { dev: 'node app.cjs' } }));
  fs.writeFileSync(path.join(folder, '.env'), '# for tests\nSECRET="from a file"\nOTHER=1\n');
  session = await Session.open();
  const args = {
    runtimeExecutable: 'npm',
    runtimeArgs: ['run', '--silent', 'dev'],
    cwd: folder,
    envFile: '.env',
    env: { OTHER: '2' },
  };
  await Promise.all([
    session.client.waitForEvent('initialized'),
    session.client.launchRequest(args as never),
  ]);
  await session.breakpoints(program, { line: 2 });
  await session.client.configurationDoneRequest();
  expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 1 });
  const [top] = await session.frames();
  expect(await session.evaluate('secret + process.env.OTHER', top!.id)).toBe("'from a file2'");
  const ended = session.client.waitForEvent('terminated');
  await session.client.continueRequest({ threadId: 1 });
  await ended;
  expect(session.output.map(({ output }) => output).join('')).toBe('secret from a file\n');
});

test.each([{ autoAttachChildProcesses: false }, { noDebug: true }])(
  'children run freely with %o',
  async (more) => {
    session = await Session.open();
    const at = lineOf('family.cjs', 'const result');
    const ended = session.client.waitForEvent('terminated');
    await session.launch(22, FAMILY, (s) => s.breakpoints(FAMILY, { line: at }), more);
    await ended;
    expect(session.output.map(({ output }) => output).join('')).toBe('the child says 49\n');
  },
);

test('a program in a terminal is debugged, and disconnecting ends it, not its shell', async () => {
  const adapter = new Worker(path.resolve('dist/debug/adapter.cjs'));
  const events: DebugProtocol.Event[] = [];
  let terminal: ChildProcess | undefined;
  let seq = 0;
  const answers = new Map<number, (response: DebugProtocol.Response) => void>();
  const waiting = new Map<string, () => void>();
  adapter.on('message', (message: DebugProtocol.Event | DebugProtocol.Response | DebugProtocol.Request) => {
    if (message.type === 'event') {
      events.push(message as DebugProtocol.Event);
      waiting.get((message as DebugProtocol.Event).event)?.();
    } else if (message.type === 'response') {
      const response = message as DebugProtocol.Response;
      answers.get(response.request_seq)?.(response);
    } else {
      const request = message as DebugProtocol.Request;
      const { args, env, cwd } = request.arguments as DebugProtocol.RunInTerminalRequestArguments;
      terminal = spawn(args[0]!, args.slice(1), {
        cwd,
        env: { ...process.env, ...env } as NodeJS.ProcessEnv,
        stdio: 'ignore',
      });
      // As VS Code does: it knows the shell, not the program.
      const body = { shellProcessId: process.pid };
      const base = { seq: ++seq, type: 'response', request_seq: message.seq, command: 'runInTerminal' };
      adapter.postMessage({ ...base, success: true, body });
    }
  });
  const ask = (command: string, args: object = {}): Promise<DebugProtocol.Response> =>
    new Promise((resolve) => {
      answers.set(++seq, resolve);
      adapter.postMessage({ seq, type: 'request', command, arguments: args });
    });
  const event = (name: string): Promise<void> => new Promise((resolve) => waiting.set(name, resolve));
  try {
    await ask('initialize', { adapterID: 'looplens' });
    const ready = event('initialized');
    const ticks = fixture('ticks.cjs');
    const launched = await ask('launch', {
      program: ticks,
      console: 'integratedTerminal',
      runtimeExecutable: nodeBinary(20),
    });
    expect(launched).toMatchObject({ success: true });
    await ready;
    const breakpoints = [{ line: lineOf('ticks.cjs', 'ticks++') }];
    await ask('setBreakpoints', { source: { path: ticks }, breakpoints });
    const stopped = event('stopped');
    await ask('configurationDone');
    await stopped;
    expect(events.find((one) => one.event === 'stopped')?.body).toMatchObject({ reason: 'breakpoint' });
    const ended = new Promise((resolve) => terminal!.once('exit', resolve));
    await ask('disconnect');
    await ended;
  } finally {
    terminal?.kill('SIGKILL');
    await adapter.terminate();
  }
});
