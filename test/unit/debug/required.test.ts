import { expect, test } from 'vitest';
import { requireArguments } from '../../../src/debug/required.ts';

test.each<[string, unknown, string | undefined]>([
  ['threads', {}, undefined],
  ['threads', [], 'needs an object as "arguments"'],
  ['pause', { threadId: 1 }, undefined],
  ['pause', { threadId: 1.5 }, 'needs a whole number as "threadId"'],
  ['setBreakpoints', { source: { path: 'a.js' } }, undefined],
  ['setBreakpoints', { source: { path: 'a.js' }, breakpoints: 7 }, 'needs a list as "breakpoints"'],
  ['setFunctionBreakpoints', { breakpoints: [{ name: 'f' }] }, undefined],
  ['setFunctionBreakpoints', { breakpoints: [{ line: 1 }] }, 'needs a text as "breakpoints[].name"'],
  [
    'setExceptionBreakpoints',
    { filters: [], filterOptions: [{}] },
    'needs a text as "filterOptions[].filterId"',
  ],
  ['evaluate', { expression: null }, 'needs a text as "expression"'],
])('%s %j', (command, args, said) => {
  const run = (): void => requireArguments(command, args);
  if (said === undefined) expect(run).not.toThrow();
  else expect(run).toThrow(said);
});
