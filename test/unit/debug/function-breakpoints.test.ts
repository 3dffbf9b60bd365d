import { expect, test } from 'vitest';
import { functionBodies } from '../../../src/debug/function-breakpoints.ts';

test.each([
  'async function load(id) {',
  'class Pool {\n  async load(id = f()) {',
  'const load = async (id) => {',
  'exports.load = function (id) {',
  'const api = {\n  load: (id) => {',
])('finds the body in %j', (text) => {
  expect(functionBodies(`${text} body }`, 'load')).toEqual([text.length]);
});

test('takes no call for a function', () => {
  expect(functionBodies('if (x) {\n  load(1);\n  reload(2) \n}', 'load')).toEqual([]);
});
