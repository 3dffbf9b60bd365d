import { expect, test } from 'vitest';
import { createFollows } from '../../../src/agent/follows.ts';
import type { RawFrame } from '../../../src/agent/protocol.ts';
import { awaitStack } from '../../../src/agent/stacks.ts';

test('the first follower is remembered, each further one has its stack read', () => {
  let read = 0;
  const follows = createFollows(() => ++read);
  follows.allow('some');
  expect(follows.has(7)).toBe(false);
  expect(follows.add(7)).toBe(0);
  expect(follows.has(7)).toBe(true);
  expect(follows.add(7)).toBe(1);
  expect(follows.add(9)).toBe(0);
  expect(follows.add(7)).toBe(2);
});

test('stacks are read only as far as allowed', () => {
  let read = 0;
  const follows = createFollows(() => ++read);
  follows.add(4);
  expect(follows.add(4), 'before the first heartbeat').toBe(0);
  follows.allow('some');
  const stacks = Array.from({ length: 500 }, () => follows.add(4));
  expect(stacks.filter((stack) => stack > 0).length).toBe(read);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(500);
  follows.allow('none');
  expect(follows.add(4)).toBe(0);
});

test('the stack of an await begins at the function that waits', () => {
  const hook: RawFrame = ['promiseInitHook', 'node:internal/async_hooks', 323, 3, 0];
  const load: RawFrame = ['load', '/app/db.js', 12, 5, 0];
  const handler: RawFrame = ['handler', '/app/server.js', 30, 5, 0];
  expect(awaitStack([hook, load, handler])).toEqual([['load', '/app/db.js', 12, 5, 1], handler]);
  expect(awaitStack([hook, ['Promise.then', '', 0, 0, 0], load]), 'no await').toEqual([]);
  expect(awaitStack([hook])).toEqual([]);
  expect(awaitStack([])).toEqual([]);
});
