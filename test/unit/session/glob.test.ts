import { expect, it } from 'vitest';
import { globMatcher } from '../../../src/session/lint/glob.ts';

it.each([
  ['*.gen.ts', ['a.gen.ts', 'x/y/a.gen.ts'], ['a.ts', 'agen.ts']],
  ['old', ['old', 'old/a.js', 'x/old/a.js'], ['older/a.js', 'a-old.js']],
  ['/old', ['old/a.js'], ['x/old/a.js']],
  ['old/', ['old/a.js'], ['older/a.js']],
  ['src/**/*.js', ['src/a.js', 'src/x/y/a.js'], ['lib/src/a.js', 'src/a.ts']],
  ['**/fixtures/**', ['fixtures/a', 'x/fixtures/y/a'], ['fixtures.js']],
  ['a?.{js,ts}', ['ab.js', 'x/ab.ts'], ['a.js', 'abc.js', 'ab.tsx']],
  ['a+(b).[x]', ['a+(b).[x]'], ['aab.x']],
])('%s', (glob, hits, misses) => {
  const matches = globMatcher(glob);
  expect(hits.filter((one) => !matches(one))).toEqual([]);
  expect(misses.filter((one) => matches(one))).toEqual([]);
});
