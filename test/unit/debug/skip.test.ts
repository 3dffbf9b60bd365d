import { expect, test } from 'vitest';
import { compileSkip } from '../../../src/debug/skip.ts';

test.each([
  ['<node_internals>/**', 'node:internal/timers', true],
  ['<node_internals>/**', 'internal/timers', true],
  ['<node_internals>/**', '/app/internal/timers.js', false],
  ['**/node_modules/**', 'file:///app/node_modules/a/b.js', true],
  ['**/node_modules/**', 'C:\\app\\node_modules\\a.js', true],
  ['**/node_modules/**', '/app/my_node_modules/a.js', false],
  ['**/*.min.js', '/app/dist/x.min.js', true],
  ['**/*.min.js', '/app/dist/x.js', false],
])('%s and %s: %s', (glob, source, muted) => {
  expect(compileSkip([glob]).muted(source)).toBe(muted);
});
