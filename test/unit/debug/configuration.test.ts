import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readAttach, readLaunch } from '../../../src/debug/configuration.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'll-config-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a launch needs a program or a runtime, and has defaults for the rest', () => {
  expect(readLaunch({ program: 'a.js' })).toEqual({
    request: 'launch',
    program: 'a.js',
    args: [],
    cwd: undefined,
    env: {},
    runtimeExecutable: 'node',
    runtimeArgs: [],
    console: 'internalConsole',
    noDebug: false,
    autoAttachChildProcesses: true,
    stopOnEntry: false,
    skipFiles: ['<node_internals>/**'],
    smartStep: true,
    sourceMaps: true,
    showTasks: 'onPause',
    rememberCalls: true,
    besideDebugger: false,
  });
  expect(readLaunch({ runtimeExecutable: 'npm', runtimeArgs: ['start'] }).program).toBeUndefined();
  expect(() => readLaunch({})).toThrow('"program" is missing');
});

test('variables come from files, the later one wins, and "env" has the last word', () => {
  fs.writeFileSync(path.join(folder, 'a.env'), 'ONE=1\nTWO="two words" # said\n');
  fs.writeFileSync(path.join(folder, 'b.env'), 'ONE=11\nTHREE=3\n');
  const config = readLaunch({
    program: 'a.js',
    cwd: folder,
    envFile: ['a.env', path.join(folder, 'b.env')],
    env: { THREE: null },
  });
  expect(config.env).toEqual({ ONE: '11', TWO: 'two words', THREE: null });
  expect(() => readLaunch({ program: 'a.js', cwd: folder, envFile: 'c.env' })).toThrow(
    'the file "c.env" of "envFile" cannot be read',
  );
});

test('an attach names one target', () => {
  expect(readAttach({ processId: 42 }).rememberCalls).toBe(false);
  expect(readAttach({ processId: '42' }).target).toEqual({ kind: 'pid', pid: 42 });
  expect(readAttach({ port: 9230 }).target).toEqual({ kind: 'port', host: '127.0.0.1', port: 9230 });
  expect(readAttach({ websocketAddress: 'ws://h:1/x', port: 1 }).target).toEqual({
    kind: 'url',
    url: 'ws://h:1/x',
  });
  expect(() => readAttach({})).toThrow('it is not said what to attach to');
  expect(() => readAttach({ processId: '42; rm' })).toThrow('"processId" is not a number');
});
