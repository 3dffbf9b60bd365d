import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { packageFolder, readPackage } from '../../../src/inspector/packages.ts';
import { createSourceLocator } from '../../../src/inspector/source-locator.ts';
import { sourceMapUrl } from '../../../src/inspector/source-maps.ts';

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

  test('of the scripts that we put into the target: nobody but us', async () => {
    const ours = write('theirs/dist/preload.cjs', SOURCE);
    const url = pathToFileURL(ours).href;
    const marked = await createSourceLocator({ ours: [ours] }).locate('gate', url, 3, 1);
    expect(marked).toMatchObject({ file: 'looplens:preload', owner: 'node' });
    // A program may have a file of that name.
    expect(await createSourceLocator().locate('gate', url, 3, 1)).toMatchObject({ file: ours, owner: 'own' });
  });

  test('a line without a column', async () => {
    const source = write('src/report.ts', SOURCE);
    const outfile = path.join(folder, 'out/line.js');
    await esbuild.build({ entryPoints: [source], outfile, sourcemap: true });
    const [line] = await place(outfile);
    const locator = createSourceLocator();
    expect(await locator.locateLine(pathToFileURL(outfile).href, line)).toBe(10);
    expect(await locator.locateLine('node:fs', 12)).toBe(12);

    const minified = path.join(folder, 'out/minified-line.js');
    write('src/long.ts', `${SOURCE}${'\n'.repeat(9)}export const last = second;\n`);
    const entry = path.join(folder, 'src/long.ts');
    await esbuild.build({ entryPoints: [entry], outfile: minified, sourcemap: true, minify: true });
    // All of it is one line, so that a line alone tells nothing.
    expect(await locator.locateLine(pathToFileURL(minified).href, 1)).toBeUndefined();
  });

  test('a line on which the whole function stands, after others', async () => {
    const source = write('src/report.ts', SOURCE);
    const outfile = path.join(folder, 'out/whole.js');
    await esbuild.build({ entryPoints: [source], outfile, sourcemap: true, minify: true });
    const url = pathToFileURL(outfile).href;
    const text = fs.readFileSync(outfile, 'utf8');
    const locator = createSourceLocator();
    // Few lines were joined, so without its beginning it is taken for a statement.
    expect(await locator.locateLine(url, 1)).toBe(5);
    expect(await locator.locateLine(url, 1, text.indexOf('second') + 'second'.length)).toBeUndefined();
  });

  test('plain JavaScript that a test runner has rewritten, once V8 knows it', async () => {
    const file = write('plain.test.js', 'x();\ny();\n');
    // Line 1 of what runs is line 2 of what the author wrote.
    const map = { version: 3, sources: [file], names: [], mappings: 'AACA' };
    const reference = `data:application/json,${encodeURIComponent(JSON.stringify(map))}`;
    const answers = [undefined, reference];
    const loadedMap = () => Promise.resolve(answers.shift());
    const locator = createSourceLocator({ loadedMap, ask: 'own' });
    const at = async () => (await locator.locate('', pathToFileURL(file).href, 1, 1)).line;
    expect(await at()).toBe(1);
    expect(await at()).toBe(2);
    expect(await at()).toBe(2);
    expect(await createSourceLocator({ loadedMap }).locate('', file, 1, 1)).toMatchObject({ line: 1 });
  });

  test('no map, a damaged map, no file: the place itself', async () => {
    const plain = write('plain.js', 'x();\n');
    const broken = write('broken.js', 'x();\n//# sourceMappingURL=missing.js.map\n');
    const locator = createSourceLocator();
    const at = async (file: string) => locator.locate('', pathToFileURL(file).href, 1, 1);
    expect(await at(plain)).toEqual({ file: plain, line: 1, column: 1, owner: 'own' });
    expect(await at(broken)).toMatchObject({ file: broken, line: 1, unmapped: true });
    expect(await at(path.join(folder, 'gone.js'))).toMatchObject({ line: 1, owner: 'own' });
  });

  test.each<[string, ts.CompilerOptions]>([
    ['a file beside the script', { sourceMap: true }],
    ['an inline map', { inlineSourceMap: true }],
    ['a source root', { sourceMap: true, sourceRoot: path.join(folder, 'typescript') }],
  ])('tsc: %s', async (name, options) => {
    const source = write('typescript/report.ts', SOURCE);
    const outDir = path.join(folder, 'tsc', name.replaceAll(' ', '-'));
    const settings = {
      noLib: true,
      types: [],
      outDir,
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      ...options,
    };
    ts.createProgram([source], { ...settings, rootDir: path.dirname(source) }).emit();
    const file = path.join(outDir, 'report.js');
    const [line, column] = await place(file);
    const frame = await createSourceLocator().locate('second', pathToFileURL(file).href, line, column);
    expect(frame).toEqual({ file: source, line: 10, column: 9, function: 'second', owner: 'own' });
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

describe('bundles and code that is not on the disk', () => {
  const bundled = async (name: string): Promise<{ text: string; map: Record<string, unknown> }> => {
    const source = write(`${name}/src/report.ts`, SOURCE);
    const { outputFiles } = await esbuild.build({
      entryPoints: [source],
      outfile: path.join(folder, name, 'dist/app.js'),
      sourcemap: 'external',
      write: false,
    });
    const [map, code] = outputFiles;
    return { text: code!.text, map: JSON.parse(map!.text) as Record<string, unknown> };
  };
  const lineIn = (text: string): number => text.split('\n').findIndex((l) => l.includes('new Error')) + 1;

  test("webpack's names start from the folder that was built, above the bundle", async () => {
    const { text, map } = await bundled('webpack');
    map['sources'] = ['webpack://shop/./src/report.ts?a1b2'];
    write('webpack/dist/js/app.js.map', JSON.stringify(map));
    const file = write('webpack/dist/js/app.js', `${text}//# sourceMappingURL=app.js.map\n`);
    const frame = await createSourceLocator().locate('', pathToFileURL(file).href, lineIn(text), 9);
    expect(frame).toMatchObject({ file: path.join(folder, 'webpack/src/report.ts'), line: 10 });
  });

  test('a map of sections', async () => {
    const { text, map } = await bundled('sections');
    const sections = [{ offset: { line: 2, column: 0 }, map }];
    write('sections/dist/app.js.map', `)]}'\n${JSON.stringify({ version: 3, sections })}`);
    const file = write('sections/dist/app.js', `1;\n2;\n${text}//# sourceMappingURL=app.js.map\n`);
    const frame = await createSourceLocator().locate('', pathToFileURL(file).href, lineIn(text) + 2, 9);
    expect(frame).toMatchObject({ file: path.join(folder, 'sections/src/report.ts'), line: 10 });
    const before = await createSourceLocator().locate('', pathToFileURL(file).href, 1, 1);
    expect(before).toEqual({ file, line: 1, column: 1, owner: 'own', unmapped: true });
  });

  test('a loader that compiles in memory: by what V8 knows of the script', async () => {
    const { text, map } = await bundled('loader');
    const source = path.join(folder, 'loader/src/report.ts');
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    const asked: string[] = [];
    const locator = createSourceLocator({
      loadedMap: (url) => {
        asked.push(url);
        return Promise.resolve(url.includes('report') ? `data:application/json;base64,${inline}` : '');
      },
    });
    // The map says ../src/report.ts, from the folder of the script.
    const frame = await locator.locate('', pathToFileURL(source).href, lineIn(text), 9);
    expect(frame).toMatchObject({ file: source, line: 10 });
    expect(frame.unmapped).toBeUndefined();
    // Types only taken out: V8 knows of no map, and the place is right as it is.
    const stripped = write('loader/src/stripped.ts', SOURCE);
    expect(await locator.locate('', stripped, 3, 4)).toEqual({
      ...{ file: stripped, line: 3, column: 4, owner: 'own' },
    });
    // Plain JavaScript on the disk is what runs: nobody is asked.
    const plain = write('loader/src/plain.js', 'x();\n');
    await locator.locate('', plain, 1, 1);
    expect(asked).toEqual([pathToFileURL(source).href, stripped]);
  });

  test('evaluated code keeps its name, and says that it is generated where a bundler made it', async () => {
    const locator = createSourceLocator({ loadedMap: () => Promise.resolve(undefined) });
    expect(await locator.locate('f', 'my-template.js', 3, 1)).toMatchObject({
      file: 'my-template.js',
      line: 3,
    });
    const evaluated = await locator.locate('f', 'webpack-internal:///./src/a.ts', 3, 1);
    expect(evaluated).toMatchObject({ file: 'webpack-internal:///./src/a.ts', line: 3, unmapped: true });
  });
});

describe('a program that sees another file system', () => {
  const theirCwd = '/nowhere/that/exists/app';

  test('its working folder is ours', async () => {
    const ours = write('remote/src/deep/main.js', 'x();\n');
    const locator = createSourceLocator({ theirCwd, ourCwd: path.join(folder, 'remote') });
    expect(await locator.locate('', `file://${theirCwd}/src/deep/main.js`, 1, 1)).toMatchObject({
      file: ours,
    });
    expect(await locator.locate('', '/other/place/src/deep/main.js', 1, 1)).toMatchObject({ file: ours });
    // One common segment is no evidence.
    const other = '/other/place/main.js';
    expect(await locator.locate('', other, 1, 1)).toMatchObject({ file: other });
  });

  test('a folder that the user maps, for scripts and for the sources of their maps', async () => {
    const source = write('mapped/lib/report.ts', SOURCE);
    const outfile = path.join(folder, 'mapped/out/report.js');
    await esbuild.build({ entryPoints: [source], outfile, sourcemap: true, sourceRoot: '/srv/lib' });
    const map = JSON.parse(fs.readFileSync(`${outfile}.map`, 'utf8')) as { sources: string[] };
    fs.writeFileSync(`${outfile}.map`, JSON.stringify({ ...map, sources: ['report.ts'] }));
    const roots = [{ from: '/srv/', to: path.join(folder, 'mapped') }];
    const [line, column] = await place(outfile);
    const frame = await createSourceLocator({ roots }).locate('', '/srv/out/report.js', line, column);
    expect(frame).toMatchObject({ file: source, line: 10 });
  });

  test('files that exist here are taken as they are', async () => {
    const file = write('local/src/main.js', 'x();\n');
    write('elsewhere/src/main.js', 'y();\n');
    const locator = createSourceLocator({ theirCwd, ourCwd: path.join(folder, 'elsewhere') });
    expect(await locator.locate('', file, 1, 1)).toMatchObject({ file });
  });
});

test.each([
  ['/a/node_modules/.pnpm/express@4.18.2_peer@1.0.0/node_modules/express', 'express', '4.18.2'],
  ['/a/node_modules/.pnpm/@scope+name@2.0.0-rc.1/node_modules/@scope/name', '@scope/name', '2.0.0-rc.1'],
  ['/a/.yarn/cache/express-npm-4.18.2-bb15ff679a-4a8b.zip/node_modules/express', 'express', '4.18.2'],
  ['/a/.yarn/unplugged/@s-b-npm-1.2.3-rc.1-0123456789/node_modules/@s/b', '@s/b', '1.2.3-rc.1'],
  ['/a/node_modules/express', 'express', undefined],
])('the version of a package whose manifest cannot be read: %s', async (place, name, version) => {
  expect(packageFolder(`${place}/lib/index.js`)).toEqual({ folder: place, name });
  expect(await readPackage(place, name)).toEqual(version === undefined ? { name } : { name, version });
});
