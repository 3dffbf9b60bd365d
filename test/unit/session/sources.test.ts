import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '../../../src/session/sources.ts';
import { temporaryFile } from '../recording/sample.ts';

const NEVER = Number.POSITIVE_INFINITY;

function sourceFile(name: string, text: string): string {
  const file = temporaryFile(name);
  fs.writeFileSync(file, text);
  return file;
}

test('reads each source once', async () => {
  const file = sourceFile('a.ts', 'let a;\n');
  expect(await readSources([file, file], NEVER)).toEqual({
    files: [{ file, text: 'let a;\n' }],
    changed: [],
  });
});

test('leaves out what is no local source file of a usual size', async () => {
  const folder = path.dirname(sourceFile('x.js', ''));
  fs.mkdirSync(path.join(folder, 'folder.js'));
  const files = [
    path.join(folder, 'missing.js'),
    path.join(folder, 'folder.js'),
    sourceFile('secret.txt', 'x'),
    sourceFile('large.js', 'x'.repeat((2 << 20) + 1)),
    'relative.js',
    '//host/share/a.js',
    '\\\\host\\share\\a.js',
    'node:fs',
    'https://example.org/a.js',
  ];
  expect(await readSources(files, NEVER)).toEqual({ files: [], changed: [] });
});

test('names what was edited after the recording instead of reading it', async () => {
  const file = sourceFile('a.mjs', 'x');
  const { mtimeMs } = fs.statSync(file);
  expect(await readSources([file], mtimeMs - 1)).toEqual({ files: [], changed: [file] });
  expect((await readSources([file], mtimeMs)).files).toHaveLength(1);
});

test('stops when it is aborted', async () => {
  const reason = new Error('enough');
  await expect(readSources(['/a.js'], NEVER, AbortSignal.abort(reason))).rejects.toBe(reason);
});
