import { expect, test } from 'vitest';
import { isOwnStop } from '../../../src/extension/debug/own-stop.ts';

test.each([
  ['a breakpoint of its own', { reason: 'breakpoint', hitBreakpointIds: [3] }, false, true],
  ['an exception', { reason: 'exception' }, false, true],
  ['the first line', { reason: 'entry' }, false, true],
  ['a pause that was asked for', { reason: 'pause' }, true, true],
  ['a step that was asked for', { reason: 'step' }, true, true],
  ['a stop without a cause here', { reason: 'pause', hitBreakpointIds: [] }, false, false],
  ['a step that nobody asked it for', { reason: 'step' }, false, false],
])('%s', (_, body, asked, own) => {
  expect(isOwnStop(body, asked)).toBe(own);
});
