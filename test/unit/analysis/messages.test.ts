import { describe, expect, test } from 'vitest';
import { findMessageOrigins } from '../../../src/analysis/message-origins.ts';
import { findMessageQueues } from '../../../src/analysis/message-queues.ts';
import type { LinkedThread } from '../../../src/analysis/message-origins.ts';
import { ThreadPasses } from '../../../src/analysis/thread-passes.ts';
import { Op, RequestKind } from '../../../src/model/event.ts';

const LABELS = ['', 'GET /a', 'GET /b', 'to worker', 'message', 'to child'];
const [A, B, TO_WORKER, MESSAGE, TO_CHILD] = [1, 2, 3, 4, 5];
const WHOLE = 1 << 8;
const LATE = 0;

function thread(id: string, events: number[][]): LinkedThread {
  const tables = { types: ['', 'SOCKET'], labels: LABELS, frames: [], stacks: [[]] };
  const passes = new ThreadPasses({ tables, attached: 'from-start', threadPoolSize: 4 });
  passes.walker.feed(Int32Array.from(events.flat()));
  return { id, name: `the ${id}`, passes };
}

/** A request that sends the message of this number. */
const sends = (
  us: number,
  request: number,
  label: number,
  channel: number,
  number: number,
  since: number,
) => [
  [Op.Before, 4, us, 0],
  [Op.RequestStart | (RequestKind.Http << 8), request, us, label],
  [Op.MessageSent | since, number, us + 1, channel],
  [Op.After, 4, us + 2, 0],
];

/** The message of this number comes, and becomes a request. */
const comes = (us: number, request: number, channel: number, number: number, since: number) => [
  [Op.Before, 4, us, 0],
  [Op.MessageReceived | since, number, us, channel],
  [Op.RequestStart | (RequestKind.Message << 8), request, us, MESSAGE],
  [Op.After, 4, us + 50, 0],
];

const words = (threads: LinkedThread[], id: string) =>
  findMessageOrigins(threads)
    .of(id, 'message')
    .map(({ label }) => label);

describe('who sent the messages of a thread', () => {
  test('by their numbers, where both ends were counted from the beginning', () => {
    const main = thread('main', [
      ...sends(1000, 1, A, TO_WORKER, 1, WHOLE),
      ...sends(2000, 2, B, TO_WORKER, 2, WHOLE),
      ...sends(3000, 3, B, TO_WORKER, 3, WHOLE),
    ]);
    // All of them waited: by their times, none could be told from the others.
    const worker = thread('worker', [
      ...comes(4000, 1, TO_WORKER, 2, WHOLE),
      ...comes(5000, 2, TO_WORKER, 3, WHOLE),
    ]);
    expect(words([main, worker], 'worker')).toEqual(['sent by the main, in GET /b']);
    expect(words([main, worker], 'main')).toEqual([]);
  });

  test('by their order and times, where one was met late', () => {
    const main = thread('main', [
      ...sends(1000, 1, A, TO_WORKER, 1, WHOLE),
      ...sends(2000, 2, A, TO_WORKER, 2, WHOLE),
      ...sends(3000, 3, B, TO_WORKER, 3, WHOLE),
      ...sends(4000, 4, B, TO_WORKER, 4, WHOLE),
    ]);
    // The first two had come before we did; the third had to wait for the loop until the fourth was there.
    const worker = thread('worker', [
      ...comes(4500, 1, TO_WORKER, 1, LATE),
      ...comes(4600, 2, TO_WORKER, 2, LATE),
    ]);
    expect(words([main, worker], 'worker')).toEqual(['sent by the main, in GET /b']);
  });

  test('through a thread in between', () => {
    const main = thread('main', sends(1000, 1, A, TO_WORKER, 1, WHOLE));
    const worker = thread('worker', [
      [Op.Before, 4, 2000, 0],
      [Op.MessageReceived | WHOLE, 1, 2000, TO_WORKER],
      [Op.RequestStart | (RequestKind.Message << 8), 1, 2000, MESSAGE],
      [Op.MessageSent | WHOLE, 1, 2100, TO_CHILD],
      [Op.After, 4, 2200, 0],
    ]);
    const child = thread('child', comes(3000, 1, TO_CHILD, 1, WHOLE));
    expect(words([main, worker, child], 'child')).toEqual([
      'sent by the worker, in message',
      'sent by the main, in GET /a',
    ]);
  });

  test('nobody, where the other end is not in the recording', () => {
    const worker = thread('worker', comes(1000, 1, TO_WORKER, 1, WHOLE));
    expect(words([worker], 'worker')).toEqual([]);
  });
});

describe('how long messages waited for the loop of a thread', () => {
  const main = thread('main', [
    ...sends(1_000, 1, A, TO_WORKER, 1, WHOLE),
    ...sends(2_000, 2, B, TO_WORKER, 2, WHOLE),
    ...sends(3_000, 3, B, TO_WORKER, 3, WHOLE),
  ]);

  test('from where they were sent to where they came', () => {
    const worker = thread('worker', [
      ...comes(1_200, 1, TO_WORKER, 1, WHOLE),
      ...comes(62_000, 2, TO_WORKER, 2, WHOLE),
      ...comes(83_000, 3, TO_WORKER, 3, WHOLE),
    ]);
    const queues = findMessageQueues([main, worker]);
    expect([...queues.keys()]).toEqual(['worker']);
    expect(queues.get('worker')).toMatchObject({ all: 3, waited: 2 });
    expect(queues.get('worker')!.meanMs).toBeCloseTo(70, 0);
  });

  test('of requests only: what a thread is sent for messages of its own may wait', () => {
    const between = thread('between', [
      [Op.Before, 4, 2_000, 0],
      [Op.RequestStart | (RequestKind.Message << 8), 1, 2_000, MESSAGE],
      [Op.MessageSent | WHOLE, 1, 2_100, TO_CHILD],
      [Op.After, 4, 2_200, 0],
    ]);
    const child = thread('child', comes(90_000, 1, TO_CHILD, 1, WHOLE));
    expect([...findMessageQueues([main, between, child])]).toEqual([]);
  });
});
