import { expect, it } from 'vitest';
import { quietAside } from '../../../src/lint/side-files.ts';
import type { Finding } from '../../../src/model/finding.ts';

const finding: Finding = {
  rule: 'no-sync',
  severity: 'info',
  confidence: 'certain',
  message: '',
  location: { file: '/home/test/app/src/a.js', line: 1, column: 1 },
  chain: [],
  related: [],
};

it.each([
  ['src/a.js', 'info'],
  ['test/a.js', 'hint'],
  ['packages/a/scripts/build.js', 'hint'],
  ['src\\tests\\a.js', 'hint'],
  ['src/testing.js', 'info'],
  ['contest/a.js', 'info'],
])('%s: %s', (relative, severity) => {
  expect(quietAside([finding], relative)[0]?.severity).toBe(severity);
});

it('leaves what was measured', () => {
  expect(quietAside([{ ...finding, confidence: 'measured' }], 'test/a.js')[0]?.severity).toBe('info');
});
