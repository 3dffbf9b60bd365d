import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModules } from '../../../../src/lint/project/modules.ts';

let root: string;
beforeAll(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-modules-')));
  const write = (name: string, text: unknown = ''): void => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), typeof text === 'string' ? text : JSON.stringify(text));
  };
  write('package.json', { name: 'app', workspaces: ['packages/*'], imports: { '#db': './src/db.ts' } });
  write('tsconfig.base.json', { compilerOptions: { baseUrl: '.', paths: { '@/*': ['src/*'] } } });
  write('tsconfig.json', '{\n  // with a comment\n  "extends": "./tsconfig.base.json",\n}');
  for (const name of ['main.ts', 'db.ts', 'views/index.tsx', 'old.cjs', 'dotted.name.ts'])
    write(`src/${name}`);
  write('packages/core/package.json', {
    name: '@app/core',
    exports: { '.': './lib/index.js', './sub': { import: './lib/sub.mjs' } },
  });
  write('packages/core/lib/index.js');
  write('packages/core/lib/sub.mjs');
  fs.mkdirSync(path.join(root, 'node_modules/@app'), { recursive: true });
  fs.symlinkSync(path.join(root, 'packages/core'), path.join(root, 'node_modules/@app/core'), 'junction');
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const resolve = (name: string, known: readonly string[] = []): string | undefined => {
  const files = new Set(known.map((file) => path.join(root, file)));
  const found = createModules((file) => files.has(file)).resolve(path.join(root, 'src/main.ts'), name);
  return found && path.relative(root, found).replaceAll('\\', '/');
};

describe('names of modules', () => {
  it.each([
    ['./db', 'src/db.ts'],
    ['./db.js', 'src/db.ts'],
    ['./views', 'src/views/index.tsx'],
    ['./old.cjs', 'src/old.cjs'],
    ['./dotted.name', 'src/dotted.name.ts'],
    ['@/views', 'src/views/index.tsx'],
    ['#db', 'src/db.ts'],
    ['@app/core', 'packages/core/lib/index.js'],
    ['@app/core/sub', 'packages/core/lib/sub.mjs'],
  ])('%s', (name, file) => {
    expect(resolve(name)).toBe(file);
    expect(resolve(name, [file])).toBe(file);
  });

  it.each(['fs', 'node:fs/promises', './gone', 'not-installed', '@app/core/hidden', 'https://a/b.js', ''])(
    'leads nowhere: %s',
    (name) => expect(resolve(name)).toBeUndefined(),
  );

  it('sees new files once it forgets', () => {
    const modules = createModules(() => false);
    const from = path.join(root, 'src/main.ts');
    expect(modules.resolve(from, './later')).toBeUndefined();
    fs.writeFileSync(path.join(root, 'src/later.ts'), '');
    modules.forget();
    expect(modules.resolve(from, './later')).toBe(path.join(root, 'src/later.ts'));
  });
});
