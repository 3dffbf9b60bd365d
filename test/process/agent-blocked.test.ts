// Whatever holds the loop for ever is told of within a second: with its line where an interrupt reaches it, otherwise that
// it is held and in which execution, and with its line when it returns.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Op } from '../../src/model/event.ts';
import type { AgentRun } from './agent-host.ts';
import { messagesOf, runWithAgent } from './agent-host.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-blocked-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Blocks at the line marked HERE, when the agent's worker has had the time to start. */
const blocking = (code: string): string => `setTimeout(function stop() {\n${code}\n}, 400);`;

/** What an interrupt reaches. */
const REACHED: Record<string, string> = {
  'a loop': 'for (;;); // HERE',
  'a regular expression': "/^(a+)+$/.test('a'.repeat(40) + 'b'); // HERE",
  microtasks: 'const turn = () => void Promise.resolve().then(turn); // HERE\nturn();',
  nextTick: 'const turn = () => process.nextTick(turn); // HERE\nturn();',
  'Atomics.wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // HERE',
};

/** What none reaches: one after the other, each returns. */
const RETURNING = `
const { execFileSync } = require('node:child_process');
const { pbkdf2Sync } = require('node:crypto');
const text = '[' + '{"a":[[1.5,2.5]]},'.repeat(800_000) + '1]';
const blocks = [
  function child() { execFileSync(process.execPath, ['-e', 'setTimeout(() => 0, 800)']); }, // CHILD
  function hash() { pbkdf2Sync('secret', 'salt', 800_000, 64, 'sha512'); }, // HASH
  function parse() { JSON.parse(text); },
];
const next = () => { const block = blocks.shift(); if (block) { console.log('begin'); block(); setTimeout(next, 200); } };
setTimeout(next, 400);
`;

const lines = (run: AgentRun): number[] =>
  messagesOf(run, 'stall').flatMap(({ frames }) => frames.map(([, , line]) => line));

describe.each([18, 22, 26])('on Node %i', (major) => {
  test.concurrent.each(Object.entries(REACHED))('%s is told of with its line', async (_name, code) => {
    const program = blocking(code);
    const here = program.split('\n').findIndex((line) => line.includes('HERE')) + 1;
    const run = await runWithAgent(major, program, {
      until: (messages) =>
        messages.some(({ t, ...rest }) => t === 'stall' && JSON.stringify(rest).includes(`,${here},`)),
    });
    expect(lines(run)).toContain(here);
  });

  test('what no interrupt reaches is told of while it lasts, and with its line when it returns', async () => {
    const run = await runWithAgent(major, RETURNING);
    expect(run.stdout).toBe('begin\nbegin\nbegin\n');
    const early = messagesOf(run, 'stall').filter(({ frames }) => frames.length === 0);
    expect(early.length).toBeGreaterThanOrEqual(2);
    expect(lines(run)).toEqual(expect.arrayContaining([run.lineOf('// CHILD'), run.lineOf('// HASH')]));
    const whole = messagesOf(run, 'stall').filter(({ frames, held }) => frames.length > 0 && held > 500_000);
    expect(whole.length).toBeGreaterThanOrEqual(2);
  });

  // A named pipe is a file only where systems have such files.
  test.skipIf(process.platform === 'win32')(
    'a read that never returns is told of with its execution',
    async () => {
      const fifo = path.join(folder, `fifo-${major}`);
      execFileSync('mkfifo', [fifo]);
      const program = `require('node:http').createServer(() => {
      require('node:fs').readFileSync(${JSON.stringify(fifo)});
    }).listen(0, '127.0.0.1', function () {
      setTimeout(() => require('node:net').connect(this.address().port).end('GET /stuck HTTP/1.0\\r\\n\\r\\n'), 400);
    });`;
      const run = await runWithAgent(major, program, {
        until: (messages) => messages.some((message) => message.t === 'stall' && message.frames.length === 0),
      });
      // The events up to the last one before it, and the names in them, are there although the loop never turned again.
      const types = new Map(messagesOf(run, 'type').map(({ i, name }) => [i, name]));
      const last = run.events.findLast(({ op }) => op === Op.Before)!;
      const init = run.events.find(({ op, id }) => op === Op.Init && id === last.id)!;
      expect(types.get(init.extra)).toBe('HTTPINCOMINGMESSAGE');
      const request = run.events.findLast(({ op }) => op === Op.RequestStart)!;
      expect(messagesOf(run, 'label').find(({ i }) => i === request.b)!.text).toBe('GET /stuck');
    },
  );
});
