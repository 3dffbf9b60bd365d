import { createRequire } from 'node:module';
import timers from 'node:timers';
import { expect, test } from 'vitest';
import { findHolders } from '../../../src/agent/reach.ts';

test('who is gone, who is held, and who was settled meanwhile and is therefore unknown', async () => {
  const whoIsHeld = findHolders(createRequire(import.meta.url), timers);
  let settle: (() => void) | undefined;
  const kept: object = new Promise(() => undefined);
  const references = [
    new WeakRef(kept),
    new WeakRef<object>(new Promise(() => undefined)),
    new WeakRef<object>(new Promise<void>((resolve) => (settle = resolve))),
  ];
  const answer = whoIsHeld(references);
  settle?.();
  settle = undefined;
  expect(await answer).toEqual(['held', 'gone', 'unknown']);
  expect(kept).toBeDefined();
});
