// What the agent notices besides events: late handling, exits, open handles, growing listeners.
import { describe, expect, test } from 'vitest';
import { Op } from '../../src/model/event.ts';
import { VERSIONS } from '../setup/nodes.mjs';
import { messagesOf, runWithAgent } from './agent-host.ts';

const MAJORS = Object.keys(VERSIONS).map(Number);

const NOTICED = `
process.on('unhandledRejection', () => undefined);
const late = Promise.reject(new Error('handled late'));
setTimeout(() => late.catch(() => undefined), 60);

const { EventEmitter } = require('node:events');
class Bus extends EventEmitter {}
const bus = new Bus();
function subscribe() { bus.on('tick', () => undefined); }
for (let k = 0; k < 12; k++) subscribe();

function poll() { setInterval(() => undefined, 50_000); }
setTimeout(function arm() { poll(); }, 40);
const server = require('node:net').createServer().listen(0, '127.0.0.1');
setTimeout(() => { agent.handles(); process.exitCode = 3; process.exit(); }, 300);
`;

describe.each(MAJORS)('on Node %i', (major) => {
  test('late handling, growing listeners, open handles and the exit are told', async () => {
    const bare = await runWithAgent(major, NOTICED.replace('agent.handles();', ''), { agent: 'bare' });
    const run = await runWithAgent(major, NOTICED);
    expect(run.code).toBe(3);
    expect(withoutPid(run.stderr)).toBe(withoutPid(bare.stderr));

    const [late] = messagesOf(run, 'handled-late');
    expect(late).toMatchObject({ reason: 'Error: handled late' });
    expect(late!.frames[0]).toMatchObject({ 2: run.lineOf("'handled late'") });
    expect(late!.time).toBeGreaterThan(late!.rejected);

    const grown = messagesOf(run, 'listeners');
    expect(grown).toMatchObject([{ emitter: 'Bus', event: 'tick', count: 11 }]);
    expect(grown[0]!.frames.map(([, , line]) => line)).toContain(run.lineOf('function subscribe'));

    const { handles } = messagesOf(run, 'handles')[0]!;
    const timer = handles.find(({ detail }) => detail === 'every 50000 ms')!;
    expect(timer).toMatchObject({ type: 'Timeout', ref: true });
    const stack = messagesOf(run, 'stack').find(({ i }) => i === timer.stack)!;
    expect(stack.frames.map(([name, , line]) => [name, line])).toContainEqual([
      'poll',
      run.lineOf('function poll'),
    ]);
    expect(handles).toContainEqual(
      expect.objectContaining({
        type: 'TCPSERVERWRAP',
        detail: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      }),
    );
    expect(messagesOf(run, 'exit')).toMatchObject([{ code: 3 }]);
  });
});

const OVERLAPPING = `
process.on('unhandledRejection', () => undefined);
async function token() { throw new Error('too early'); }
let left = 6;
const timer = setInterval(() => {
  const asked = token();
  setTimeout(() => asked.catch(() => undefined), 100);
  if (--left === 0) { clearInterval(timer); setTimeout(() => process.exit(), 200); }
}, 20);
`;

test.each(MAJORS)(
  'of several rejections that wait to be handled, none is forgotten, on Node %i',
  async (major) => {
    const run = await runWithAgent(major, OVERLAPPING);
    expect(messagesOf(run, 'rejection')).toHaveLength(6);
    const late = messagesOf(run, 'handled-late');
    expect(late).toHaveLength(6);
    for (const { time, rejected } of late) expect(time).toBeGreaterThan(rejected);
  },
);

const TOP_LEVEL = `
async function main() {
  await new Promise(() => undefined); // never
}
main();
`;

test.each(MAJORS)(
  'who still waits when the loop of Node %i runs dry is told with its line',
  async (major) => {
    const run = await runWithAgent(major, TOP_LEVEL);
    expect(run.code).toBe(0);
    const stacks = new Map(messagesOf(run, 'stack').map(({ i, frames }) => [i, frames]));
    const pending = run.events.filter(({ op }) => op === Op.Pending).map(({ b }) => stacks.get(b)?.[0]?.[2]);
    expect(pending).toContain(run.lineOf('// never'));
  },
);

function withoutPid(text: string): string {
  return text.replace(/\(node:\d+\)/g, '(node)');
}

const WORKING = `
const { Worker } = require('node:worker_threads');
const source = 'require("node:worker_threads").parentPort.on("message", () => undefined)';
function left() { return new Worker(source, { eval: true }); }
left();
left().unref();
new Worker('1', { eval: true }).on('exit', () => setTimeout(() => { agent.handles(); process.exit(); }, 50));
`;

test.each(MAJORS)(
  'worker threads are among the open handles until they have ended, on Node %i',
  async (major) => {
    const run = await runWithAgent(major, WORKING);
    const { handles } = messagesOf(run, 'handles')[0]!;
    const workers = handles.filter(({ type }) => type === 'WORKER');
    expect(workers.map(({ ref }) => ref)).toEqual([true, false]);
    const stack = messagesOf(run, 'stack').find(({ i }) => i === workers[0]!.stack)!;
    expect(stack.frames.map(([name, , line]) => [name, line])).toContainEqual([
      'left',
      run.lineOf('function left'),
    ]);
  },
);
