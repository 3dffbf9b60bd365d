// What is recorded in each mode, switching while the program runs, and the governor under a real load.
import { describe, expect, test } from 'vitest';
import { Op } from '../../src/model/event.ts';
import { VERSIONS } from '../setup/nodes.mjs';
import type { AgentRun } from './agent-host.ts';
import { messagesOf, runWithAgent } from './agent-host.ts';

const MAJORS = Object.keys(VERSIONS).map(Number);

/** A server that asks itself; PLAN runs beside it. It ends by itself. */
const serving = (plan: string): string => `
const http = require('node:http');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function handle(request, response) {
  await pause(1); // waits here
  if (request.url === '/spin') for (const end = Date.now() + 400; Date.now() < end; );
  response.end('ok');
}
const server = http.createServer((request, response) => void handle(request, response));
const get = (path) => new Promise((resolve, reject) =>
  http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (answer) => answer.resume().on('end', resolve)).on('error', reject));
// At least five requests, however slow the machine.
const load = async (ms) => { const end = Date.now() + ms; for (let k = 0; k < 5 || Date.now() < end; k++) await get('/work'); };
server.listen(0, '127.0.0.1', async () => {
  const hooksOn = async () => { await null; return require('node:async_hooks').executionAsyncId() !== 0; };
  ${plan}
  await agent.stop();
  server.close();
});
`;

const count = (run: AgentRun, op: Op): number => run.events.filter((event) => event.op === op).length;

describe.each(MAJORS)('on Node %i', (major) => {
  test('watch has requests, heartbeats and stalls, and no hooks', async () => {
    const plan = "await load(200); await get('/spin'); console.log(await hooksOn());";
    const run = await runWithAgent(major, serving(plan), { config: { mode: 'watch' } });
    expect(run.stdout.trim()).toBe('false');
    expect(count(run, Op.Init)).toBe(0);
    expect(count(run, Op.Before)).toBe(0);
    expect(count(run, Op.Heartbeat)).toBeGreaterThan(0);
    expect(count(run, Op.RequestStart)).toBeGreaterThan(3);
    expect(count(run, Op.RequestEnd)).toBe(count(run, Op.RequestStart));
    const lines = messagesOf(run, 'stall').flatMap(({ frames }) => frames.map(([, , line]) => line));
    expect(lines).toContain(run.lineOf('Date.now() + 400'));
  });

  test('a mode that is asked for while the program runs is told and changes what is recorded', async () => {
    const plan = `
      await load(150);
      agent.setMode('deep', 'Asked for.');
      await load(300);
      agent.setMode('watch', 'Enough.');
      await load(100);
      console.log(await hooksOn());
      await load(150);`;
    const run = await runWithAgent(major, serving(plan), { config: { mode: 'watch' } });
    expect(messagesOf(run, 'mode')).toMatchObject([
      { mode: 'deep', reason: 'Asked for.' },
      { mode: 'watch', reason: 'Enough.' },
    ]);
    expect(run.stdout.trim()).toBe('false');
    const ops = run.events.map(({ op }) => op);
    const first = ops.indexOf(Op.Init);
    const last = ops.lastIndexOf(Op.Init);
    expect(ops.slice(0, first)).toContain(Op.RequestStart);
    expect(ops.slice(last)).toContain(Op.RequestStart);
    // Where the graph ends, the recording says so.
    expect(run.events.slice(last).find(({ op }) => op === Op.Dropped)).toMatchObject({ id: 0 });

    const stacks = new Map(messagesOf(run, 'stack').map(({ i, frames }) => [i, frames]));
    const created = run.events.filter(({ op }) => op === Op.InitStack);
    const lines = created.flatMap(({ b }) => stacks.get(b)!.map(([, , line]) => line));
    expect(lines).toContain(run.lineOf('setTimeout(resolve, ms)'));
    expect(created.every(({ extra }) => extra >= 1)).toBe(true);
  });
});

describe.each([18, 26])('the governor on Node %i', (major) => {
  test('goes down under a load that is beyond a tiny budget and says so, not under one that fits', async () => {
    const [tight, wide] = await Promise.all([
      runWithAgent(major, serving('await load(3500);'), { config: { budget: 0.002 } }),
      runWithAgent(major, serving('await load(3500);'), { config: { budget: 0.9 } }),
    ]);
    const modes = messagesOf(tight, 'mode');
    expect(modes.length).toBeGreaterThan(0);
    expect(modes[0]!.reason).toMatch(
      /^Recording took \d+\.\d+ % of the main thread's time, over the budget of 0\.20 %: /,
    );
    expect(modes[0]!.share).toBeGreaterThan(0.002);
    expect(messagesOf(wide, 'mode')).toEqual([]);
  });
});
