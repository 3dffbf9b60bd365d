import { expect, it } from 'vitest';
import { fixesTogether } from '../../../src/extension/inline/fixes-together.ts';
import type { Finding } from '../../../src/model/finding.ts';

const finding = (name: string, ...spans: [start: number, end: number][]): Finding => ({
  rule: name,
  severity: 'info',
  confidence: 'likely',
  message: '',
  location: { file: '/a.js', line: 1, column: 1 },
  chain: [],
  related: [],
  fix: { title: '', edits: spans.map(([start, end]) => ({ file: '/a.js', start, end, text: 'x' })) },
});

it('leaves out what would change what another fix changes', () => {
  const all = [
    finding('second', [10, 12]),
    finding('first', [0, 2], [5, 8]),
    finding('within the first', [3, 4]),
    finding('none'),
    finding('next to the second', [12, 14]),
    finding('inserts at the same place', [14, 14]),
    finding('last', [20, 20]),
  ];
  expect(fixesTogether(all).map(({ rule }) => rule)).toEqual([
    'first',
    'second',
    'next to the second',
    'last',
  ]);
});
