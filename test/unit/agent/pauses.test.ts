import { describe, expect, test } from 'vitest';
import { createPauseWatch } from '../../../src/agent/pauses.ts';
import type { AgentMessage, RawFrame } from '../../../src/agent/protocol.ts';

const CODE: RawFrame[] = [['spin', '/app.js', 3, 1, 0]];
const WAIT: RawFrame[] = [['Atomics.wait', '', 0, 0, 0], ...CODE];

/** A process whose clocks only we turn. */
function setUp() {
  let at = 0;
  let cpu = 0;
  const told: string[] = [];
  const watch = createPauseWatch({
    cpuUs: () => cpu,
    send: (message: AgentMessage) => {
      if (message.t === 'pause')
        told.push(`${message.by} ${(message.time - message.forUs) / 1000}-${message.time / 1000}`);
    },
  });
  return {
    /** Reads the stack each 100 ms. */
    held: (ms: number, share: number, frames = CODE, lateMs = 1) => {
      for (const end = at + ms * 1000; at < end;) {
        at += 100_000;
        cpu += share * 100_000;
        watch.answered(at - lateMs * 1000, at, frames);
      }
    },
    free: (ms: number, share = 0.3) => {
      at += ms * 1000;
      cpu += share * ms * 1000;
      watch.free(at);
    },
    slept: (ms: number) => {
      const from = at;
      at += ms * 1000;
      watch.slept(from, at);
    },
    told: () => told.splice(0),
  };
}

describe('the watch for pauses', () => {
  test('tells of a main thread that answers and uses no processor, up to when it goes on', () => {
    const { free, held, told } = setUp();
    free(10);
    held(300, 0.01);
    expect(told()).toEqual(['debugger 10-210', 'debugger 10-310']);
    free(40, 0.5);
    expect(told()).toEqual(['debugger 10-330']);
    free(10);
    expect(told()).toEqual([]);
  });

  test('begins where running code ended', () => {
    const { free, held, told } = setUp();
    free(10);
    held(300, 1);
    held(300, 0);
    free(10, 0);
    expect(told().at(-1)).toBe('debugger 310-620');
  });

  test.each([
    ['code that runs', 1, CODE, 1],
    ['Atomics.wait', 0, WAIT, 1],
    ['a machine that gives no processor: answers come late', 0.02, CODE, 80],
  ] as const)('is silent about %s', (_, share, frames, lateMs) => {
    const { free, held, told } = setUp();
    free(10);
    held(2_000, share, [...frames], lateMs);
    free(10);
    expect(told()).toEqual([]);
  });

  test('is silent about a short one', () => {
    const { free, held, told } = setUp();
    free(10);
    held(100, 0);
    free(10);
    expect(told()).toEqual([]);
  });

  test('tells that the process was stopped', () => {
    const { free, slept, told } = setUp();
    free(10);
    slept(3_000);
    free(10);
    expect(told()).toEqual(['stopped 10-3010']);
  });
});
