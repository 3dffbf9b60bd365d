// The inspector interrupts a program anywhere, also where Node is loading a part of itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/inspector/connection.ts';
import { evaluateWithRequire } from '../../src/inspector/evaluate.ts';
import { nodeBinary } from '../setup/nodes.mjs';

const PROGRAM = `
  const prepare = () => 'prepared';
  Error.prepareStackTrace = prepare;
  Error.stackTraceLimit = 3;
  process.stdin.once('data', () => require('node:http2'));
  globalThis.isAsBefore = () => Error.prepareStackTrace === prepare && Error.stackTraceLimit === 3;
  console.log('ready');`;

describe.each([18, 20, 22, 24, 26])('while Node %i loads a part of itself', (major) => {
  test('nothing of Node is asked for', async () => {
    const child = spawn(nodeBinary(major), ['--inspect=127.0.0.1:0', '-e', PROGRAM]);
    const exited = once(child, 'exit');
    try {
      const ready = once(child.stdout, 'data');
      const url = /ws:\S+/.exec(String((await once(child.stderr, 'data'))[0]))![0];
      await ready;
      const debugging = await connect(url);
      const ours = await connect(url);
      const paused = new Promise((resolve) => debugging.on('Debugger.paused', resolve));
      await debugging.send('Debugger.enable');
      const inCore = { urlRegex: '^node:internal/http2/core$', lineNumber: 0 };
      await debugging.send('Debugger.setBreakpointByUrl', inCore);
      child.stdin.write('load');
      await paused;

      const answer = evaluateWithRequire(ours, `typeof require('node:http2').createServer`, { url: 'test' });
      for (let asked = 0; asked < 20; asked++) await ours.send('Runtime.evaluate', { expression: '1' });
      await debugging.send('Debugger.disable');
      expect((await answer).result.value).toBe('function');
      const asBefore = await evaluateWithRequire(ours, 'isAsBefore()', { url: 'test' });
      expect(asBefore.result.value).toBe(true);
      debugging.dispose();
      ours.dispose();
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
});
