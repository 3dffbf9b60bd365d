import { describe, expect, test } from 'vitest';
import { Ctl } from '../../../src/agent/protocol.ts';
import type { AgentMessage, RawFrame } from '../../../src/agent/protocol.ts';
import { createStallWatch } from '../../../src/agent/stall-watch.ts';

const FRAMES: RawFrame[] = [['spin', '/app.js', 3, 1, 0]];

/** A main thread and a watch that looks at it every 10 ms of a clock that only we turn. */
function setUp(): {
  ctl: Int32Array;
  /** Lets time pass, with heartbeats or without, and answers readings or not. */
  pass: (ms: number, main: 'alive' | 'held', interrupt?: 'answers' | 'is stuck') => void;
  answer: (frames: RawFrame[] | undefined) => void;
  sleep: (ms: number) => void;
  told: () => string[];
} {
  const ctl = new Int32Array(Ctl.Length);
  let us = 0;
  let waiting: ((frames: RawFrame[] | undefined) => void) | undefined;
  const sent: string[] = [];
  const watch = createStallWatch({
    ctl,
    now: () => us,
    stallMs: 10,
    heartbeatMs: 20,
    read: (done) => (waiting = done),
    cancel: () => (waiting = undefined),
    pauses: { free: () => undefined, answered: () => undefined, slept: () => undefined },
    send: (message: AgentMessage) => {
      if (message.t === 'stall')
        sent.push(`${message.held / 1000} ms ${message.frames[0]?.[0] ?? 'unreachable'}`);
    },
  });
  const answer = (frames: RawFrame[] | undefined): void => {
    const done = waiting;
    waiting = undefined;
    done?.(frames);
  };
  return {
    ctl,
    answer,
    pass: (ms, main, interrupt = 'answers') => {
      for (const end = us + ms * 1000; us < end;) {
        us += 10_000;
        if (main === 'alive') ctl[Ctl.Beat]!++;
        watch.check();
        if (interrupt === 'answers') answer(FRAMES);
      }
    },
    sleep: (ms) => (us += ms * 1000),
    told: () => sent.splice(0),
  };
}

describe('the watch over a held loop', () => {
  test('says nothing of a loop that beats', () => {
    const { pass, told } = setUp();
    pass(10_000, 'alive');
    expect(told()).toEqual([]);
  });

  test('reads the stack of a long execution at once, and at growing distances', () => {
    const { ctl, pass, told } = setUp();
    ctl[Ctl.Depth] = 1;
    pass(300, 'held');
    expect(told()).toEqual([
      '10 ms spin',
      '20 ms spin',
      '40 ms spin',
      '70 ms spin',
      '110 ms spin',
      '170 ms spin',
      '250 ms spin',
    ]);
  });

  test('reads it where executions follow each other without an end, no more often', () => {
    const { ctl, pass, told } = setUp();
    ctl[Ctl.Depth] = 1;
    for (let k = 0; k < 30; k++) {
      ctl[Ctl.Execution]!++;
      pass(10, 'held');
    }
    expect(told()).toEqual([
      '70 ms spin',
      '80 ms spin',
      '100 ms spin',
      '130 ms spin',
      '170 ms spin',
      '230 ms spin',
    ]);
  });

  test('tells within a second of a loop that no interrupt reaches, and who it was when it returns', () => {
    const { pass, answer, told } = setUp();
    pass(2000, 'held', 'is stuck');
    expect(told()).toEqual(['370 ms unreachable', '670 ms unreachable', '1270 ms unreachable']);
    answer(FRAMES);
    expect(told()).toEqual(['2000 ms spin']);
  });

  test('does not take a process that was stopped for a held loop', () => {
    const { pass, sleep, told } = setUp();
    pass(100, 'alive');
    sleep(60_000);
    pass(40, 'held');
    pass(100, 'alive');
    expect(told()).toEqual([]);
  });
});
