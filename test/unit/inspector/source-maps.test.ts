import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { createSourceLocator, packageFolder, sourceMapUrl } from '../../../src/inspector/source-maps.ts';

const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'looplens-maps-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
};

const SOURCE = `interface Unused {
  a: number;
}

export function first(x: number): number {
  return x + 1;
}

export function second(): never {
  throw new Error('here');
}
`;

async function place(file: string): Promise<[line: number, column: number]> {
  const text = fs.readFileSync(file, 'utf8').split('\n');
  const line = text.findIndex((l) => l.includes('new Error'));
  return Promise.resolve([line + 1, text[line]!.indexOf('new Error') + 1]);
}

describe('places of the author', () => {
  test.each<[string, esbuild.BuildOptions]>([
    ['a file beside the script', { sourcemap: true }],
    ['an inline map', { sourcemap: 'inline' }],
    ['a minified bundle', { sourcemap: true, minify: true, bundle: true, format: 'cjs' }],
  ])('%s', async (name, options) => {
    const source = write('src/report.ts', SOURCE);
    const outfile = path.join(folder, 'out', `${name.replaceAll(' ', '-')}.js`);
    await esbuild.build({ entryPoints: [source], outfile, ...options });
    const [line, column] = await place(outfile);
    const frame = await createSourceLocator().locate('second', pathToFileURL(outfile).href, line, column);
    expect(frame).toMatchObject({ file: source, line: 10, function: 'second', owner: 'own' });
    expect(frame.unmapped).toBeUndefined();
  });

  test('a line without a column', async () => {
    const source = write('src/report.ts', SOURCE);
    const outfile = path.join(folder, 'out/line.js');
    await esbuild.build({ entryPoints: [source], outfile, sourcemap: true });
    const [line] = await place(outfile);
    const locator = createSourceLocator();
    expect(await locator.locateLine(pathToFileURL(outfile).href, line)).toBe(10);
    expect(await locator.locateLine('node:fs', 12)).toBe(12);
  });

  test('no map, a damaged map, no file: the place itself', async () => {
    const plain = write('plain.js', 'x();\n');
    const broken = write('broken.js', 'x();\n//# sourceMappingURL=missing.js.map\n');
    const locator = createSourceLocator();
    const at = async (file: string) => locator.locate('', pathToFileURL(file).href, 1, 1);
    expect(await at(plain)).toEqual({ file: plain, line: 1, column: 1, owner: 'own' });
    expect(await at(broken)).toMatchObject({ file: broken, line: 1 });
    expect(await at(path.join(folder, 'gone.js'))).toMatchObject({ line: 1, owner: 'own' });
  });

  test('who owns the code', async () => {
    write('node_modules/@scope/pkg/package.json', '{ "name": "@scope/pkg", "version": "1.2.3" }');
    const file = write('node_modules/@scope/pkg/lib/index.js', 'x();\n');
    const locator = createSourceLocator();
    expect(await locator.locate('f', pathToFileURL(file).href, 1, 1)).toMatchObject({
      owner: 'package',
      package: { name: '@scope/pkg', version: '1.2.3' },
    });
    expect(await locator.locate('readFileSync', 'node:fs', 1, 1)).toMatchObject({ owner: 'node' });
    expect(await locator.locate('parse', '', 0, 0)).toMatchObject({ owner: 'native' });
    expect(await locator.locate('', 'wasm://wasm/1234', 1, 1)).toMatchObject({ owner: 'native', file: '' });
    expect(await locator.locate('(idle)', '', 0, 0)).toMatchObject({ owner: 'synthetic' });
  });
});

test('the comment that names the map', () => {
  expect(sourceMapUrl('a\n//# sourceMappingURL=a.js.map')).toBe('a.js.map');
  expect(sourceMapUrl('a\n//# sourceMappingURL=a.js.map\n')).toBe('a.js.map');
  expect(sourceMapUrl('const s = "//# sourceMappingURL=a.js.map";')).toBeUndefined();
  expect(sourceMapUrl('')).toBeUndefined();
});

test('the innermost package of a file', () => {
  expect(packageFolder('/app/node_modules/a/node_modules/@s/b/x.js')).toEqual({
    folder: '/app/node_modules/a/node_modules/@s/b',
    name: '@s/b',
  });
  expect(packageFolder(String.raw`C:\app\node_modules\@s\b\x.js`)).toEqual({
    folder: String.raw`C:\app\node_modules\@s\b`,
    name: '@s/b',
  });
  expect(packageFolder('/app/src/x.js')).toBeUndefined();
});
