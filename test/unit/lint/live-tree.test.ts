import fs from 'node:fs';
import { expect, it } from 'vitest';
import { createLiveTree } from '../../../src/lint/live/live-tree.ts';
import { createLintService } from '../../../src/lint/service.ts';
import { nameTable } from '../../../src/lint/source/bindings.ts';
import { parseTree } from '../../../src/lint/source/parse.ts';
// @ts-expect-error plain JavaScript, shared with the fuzzer
import { followEdits } from '../../fuzz/live-cases.mjs';

const LINTER = { createLiveTree, createLintService, parseTree, nameTable };

const SOURCES = [
  'src/lint/source/bindings.ts',
  'src/analysis/findings/slow-request.ts',
  'examples/shop/server.js',
  'src/webview/recording/main.tsx',
].filter((file) => fs.existsSync(file));

it.each(SOURCES)('follows what is typed into %s: a short run of npm run fuzz:edits', (file) => {
  const text = fs.readFileSync(file, 'utf8');
  const figures = followEdits(LINTER, { file, text, seed: 3, edits: 60 }) as Record<string, number>;
  // Otherwise it would compare what was parsed anew with itself.
  expect(figures['followed']).toBeGreaterThan(10);
});

const BEFORE = `import fs from 'node:fs'
const limit = 3
/** Reads. */
export async function read(name) {
  return fs.promises.readFile(name)
}
const twice = (name) => read(name) + limit
class Store { get() { return limit } }
`;

it.each([
  ['a change inside a function', BEFORE.replace('(name)\n}', '(name, limit)\n}')],
  ['a name that means something else', BEFORE.replace('const limit', 'const other')],
  ['a statement that goes on', BEFORE.replace('const twice', '(0, read)\nconst twice')],
  ['a statement less', BEFORE.replace('const limit = 3\n', '')],
  ['a comment at the end', `${BEFORE}// The end.`],
])('parses less than the file for %s', (_, text) => {
  const file = 'a.js';
  const live = createLiveTree(parseTree(BEFORE, file), BEFORE, file)!;
  const tree = live.follow(text)!;
  const whole = parseTree(text, file);
  expect(tree.nodes!.map(({ type, range }) => [type, ...range])).toEqual(
    whole.nodes!.map(({ type, range }) => [type, ...range]),
  );
});

it.each([
  ['a brace is missing', BEFORE.replace('readFile(name)\n}', 'readFile(name)\n')],
  ['it becomes strict', `'use strict'\n${BEFORE}`],
  ['a comment swallows what follows', BEFORE.replace('const limit', '/* const limit')],
])('leaves it to the parser where %s, and follows what comes next', (_, text) => {
  const file = 'a.js';
  const live = createLiveTree(parseTree(BEFORE, file), BEFORE, file)!;
  expect(live.follow(text)).toBeUndefined();
  expect(live.follow(`${BEFORE}read()`)?.ast.body).toHaveLength(6);
});
