import { expect, test } from 'vitest';
import { createFollows } from '../../../src/agent/follows.ts';
import type { RawFrame } from '../../../src/agent/protocol.ts';
import { awaitStack } from '../../../src/agent/stacks.ts';

test('the first follower is remembered, each further one has its stack captured', () => {
  const captured: Error[] = [];
  const follows = createFollows(() => captured[captured.push(new Error()) - 1]!);
  follows.allow('some');
  expect(follows.has(7)).toBe(false);
  expect(follows.add(11, 7)).toBeUndefined();
  expect(follows.has(7)).toBe(true);
  expect(follows.add(13, 7)).toBe(captured[0]);
  expect(follows.add(15, 9)).toBeUndefined();
  expect(follows.add(17, 7)).toBe(captured[1]);
  expect(captured).toHaveLength(2);
});

test('who has settled follows nobody: the next one is the first', () => {
  const follows = createFollows(() => new Error());
  follows.allow('some');
  follows.add(9, 7);
  follows.settled(9);
  expect(follows.has(7)).toBe(false);
  expect(follows.add(11, 7)).toBeUndefined();
  follows.settled(13);
  expect(follows.has(7), 'another one has settled').toBe(true);
});

test('stacks are captured only as far as allowed', () => {
  let captured = 0;
  const follows = createFollows(() => new Error(String(++captured)));
  follows.add(6, 4);
  expect(follows.add(8, 4), 'before the first heartbeat').toBeUndefined();
  follows.allow('some');
  const sites = Array.from({ length: 500 }, (_, k) => follows.add(10 + 2 * k, 4));
  expect(sites.filter((site) => site).length).toBe(captured);
  expect(captured).toBeGreaterThan(0);
  expect(captured).toBeLessThan(500);
  follows.allow('none');
  expect(follows.add(2000, 4)).toBeUndefined();
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
