import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Session } from './debug-client.ts';

const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'll-maps-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const TEXT = `interface Item { id: number; price: number }

/** Takes a while. */
export async function load(id: number): Promise<Item> {
  await new Promise<void>((resolve) => setTimeout(resolve, 5));
  const item: Item = { id, price: id * 10 };
  return item;
}

async function main(): Promise<void> {
  const [one, two] = await Promise.all([load(1), load(2)]);
  console.log(one!.price + two!.price);
}
void main();
`;
const lineOf = (text: string): number => TEXT.split('\n').findIndex((line) => line.includes(text)) + 1;

const source = path.join(folder, 'src', 'app.ts');
fs.mkdirSync(path.dirname(source));
fs.writeFileSync(source, TEXT);

const BUILDS: Record<string, (out: string) => Promise<string> | string> = {
  'tsc, a file beside': (out) => {
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true };
    const { outputText, sourceMapText } = ts.transpileModule(TEXT, {
      fileName: 'app.ts',
      compilerOptions: options,
    });
    const map = JSON.parse(sourceMapText!) as { sources: string[] };
    map.sources = [path.relative(out, source).split(path.sep).join('/')];
    fs.writeFileSync(path.join(out, 'app.js.map'), JSON.stringify(map));
    fs.writeFileSync(path.join(out, 'app.js'), outputText);
    return path.join(out, 'app.js');
  },
  'esbuild, a minified module with its map inside': async (out) => {
    const outfile = path.join(out, 'app.mjs');
    await build({
      entryPoints: [source],
      outfile,
      bundle: true,
      minifyWhitespace: true,
      minifyIdentifiers: true,
      platform: 'node',
      format: 'esm',
      sourcemap: 'inline',
    });
    return outfile;
  },
};

let session: Session;
afterEach(() => session.close());

test.each(Object.keys(BUILDS))('stops and steps in TypeScript: %s', async (name) => {
  const out = path.join(folder, `out-${Object.keys(BUILDS).indexOf(name)}`);
  fs.mkdirSync(out);
  const program = await BUILDS[name]!(out);
  session = await Session.open();
  await session.launch(22, program, async (s) => {
    await s.breakpoints(source, { line: lineOf('const item') });
  });
  await session.stop();
  const where = async (): Promise<string> => {
    const [top] = await session.frames();
    expect(top!.source?.path).toBe(source);
    return TEXT.split('\n')[top!.line - 1]!.trim();
  };
  expect(await where()).toMatch(/^const item/);
  const lines = (await session.shape()).map((frame) => frame.replace(/^.*?(:\d+)?$/, '$1'));
  expect(lines).toEqual(expect.arrayContaining([`:${lineOf('const item')}`, `:${lineOf('Promise.all')}`]));
  await session.client.nextRequest({ threadId: 1 });
  await session.stop();
  expect(await where()).toBe('return item;');
  await session.breakpoints(source);
  await session.client.stepOutRequest({ threadId: 1 });
  await session.stop();
  expect(await where()).toMatch(/Promise\.all|console\.log/);
});

test('TypeScript that the project has tsx for is loaded by it: its text and its map have the same address', async () => {
  const project = path.join(folder, 'project');
  const loader = path.join(project, 'node_modules', 'tsx');
  fs.mkdirSync(loader, { recursive: true });
  fs.writeFileSync(
    path.join(loader, 'package.json'),
    JSON.stringify({ name: 'tsx', version: '0.0.0', type: 'module', exports: './loader.js' }),
  );
  fs.writeFileSync(
    path.join(loader, 'loader.js'),
    `import fs from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
const { transformSync } = createRequire(${JSON.stringify(import.meta.url)})('esbuild');
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const sourcefile = fileURLToPath(url);
    const options = { loader: 'ts', sourcefile, sourcemap: 'inline', minifyWhitespace: true };
    const { code } = transformSync(fs.readFileSync(sourcefile, 'utf8'), options);
    return { format: 'module', source: code, shortCircuit: true };
  },
});
`,
  );
  const app = path.join(project, 'app.ts');
  fs.writeFileSync(app, TEXT);
  session = await Session.open();
  await session.launch(24, app, (s) => s.breakpoints(app, { line: lineOf('const item') }));
  await session.stop();
  expect(await session.shape()).toEqual([
    `load:${lineOf('const item')}`,
    '[Promise.all (index 0)]',
    `main:${lineOf('Promise.all')}`,
  ]);
});
