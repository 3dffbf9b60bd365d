import { expect, test } from 'vitest';
import { readFromComparisonView } from '../../../src/model/comparison-view.ts';

const words = { change: 'new', changeWords: 'new', place: 'a.js:1:1' } as const;
const ROWS = {
  findings: [{ ...words, message: 'Blocked', rule: 'blocked-loop', cost: '' }],
  lines: [{ ...words, cost: '', share: '' }],
};

test.each([
  [{ type: 'ready' }],
  [{ type: 'swap' }],
  [{ type: 'open', list: 'findings', index: 0 }],
  [{ type: 'open', list: 'lines', index: 0 }],
  [{ type: 'explain', rule: 'blocked-loop' }],
])('takes %j', (message) => {
  expect(readFromComparisonView({ ...message, more: 1 }, ROWS)).toEqual(message);
});

test.each([
  [undefined],
  [null],
  ['swap'],
  [{ type: 'other' }],
  [{ type: 'open', list: 'routes', index: 0 }],
  [{ type: 'open', list: 'findings', index: 1 }],
  [{ type: 'open', list: 'lines', index: '0' }],
  [{ type: 'open', list: 'lines', index: 'constructor' }],
  [{ type: 'explain', rule: 'serial-awaits' }],
])('refuses %j', (message) => {
  expect(readFromComparisonView(message, ROWS)).toBeUndefined();
});

test('names no row before there are rows', () => {
  expect(readFromComparisonView({ type: 'open', list: 'lines', index: 0 }, undefined)).toBeUndefined();
  expect(readFromComparisonView({ type: 'explain', rule: 'blocked-loop' }, undefined)).toBeUndefined();
});
