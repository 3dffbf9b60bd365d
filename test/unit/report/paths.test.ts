import { expect, test } from 'vitest';
import { relativePath, uriOf } from '../../../src/report/paths.ts';

test.each([
  ['/app/src/a.js', '/app', 'src/a.js'],
  ['/app/src/a.js', '/app/', 'src/a.js'],
  ['/app/src/a.js', '/', 'app/src/a.js'],
  ['/application/a.js', '/app', '/application/a.js'],
  ['/app', '/app', '/app'],
  ['C:\\proj\\src\\a.js', 'c:\\proj', 'src/a.js'],
  ['C:/proj/src/a.js', 'C:\\Proj\\', 'src/a.js'],
  ['D:\\other\\a.js', 'C:\\proj', 'D:\\other\\a.js'],
  ['\\\\host\\share\\a.js', '\\\\host\\share', 'a.js'],
  ['/app/odd\\name.js', '/app', 'odd\\name.js'],
  ['node:internal/fs', '/app', 'node:internal/fs'],
  ['https://cdn.example/a.js', '/app', 'https://cdn.example/a.js'],
])('%s seen from %s is %s', (file, cwd, expected) => {
  expect(relativePath(file, cwd)).toBe(expected);
});

test.each([
  ['src/a b#1.js', 'src/a%20b%231.js'],
  ['/app/a b.js', 'file:///app/a%20b.js'],
  ['C:\\proj\\a b.js', 'file:///C:/proj/a%20b.js'],
  ['\\\\host\\share\\a.js', 'file://host/share/a.js'],
  ['node:fs', 'node:fs'],
  ['bad\ud800.js', 'bad%EF%BF%BD.js'],
])('%j as a URI is %s', (file, expected) => {
  expect(uriOf(file)).toBe(expected);
});
