import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lintPaths } from '../../src/session/lint.ts';
import { startTypesClient, type TypesClient } from '../../src/session/types-client.ts';

/** A project whose promises only types tell: a method of an interface, behind a package's declaration. */
const FILES = {
  'package.json': '{ "name": "typed" }',
  'tsconfig.json': '{ "compilerOptions": { "strict": true, "types": [] }, "include": ["src"] }',
  'node_modules/store/package.json': '{ "name": "store", "types": "index.d.ts" }',
  'node_modules/store/index.d.ts':
    'export interface Store { save(key: string): Promise<void>; has(key: string): Promise<boolean>; size(): number }\nexport function open(): Store;\n',
  'src/app.ts': `import http from 'node:http';
import { open } from 'store';
const store = open();
http.createServer((request, response) => {
  store.save(request.url ?? '');
  store.size();
  if (store.has('a')) response.end();
});
`,
  'other/plain.js': 'export const a = 1;\n',
};

let folder: string;
beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-types-')));
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  // What a project has installed; no copy: it is large.
  fs.symlinkSync(
    path.resolve('node_modules/typescript'),
    path.join(folder, 'node_modules/typescript'),
    'junction',
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const places = async (types: 'exact' | 'none', paths = ['src']) => {
  const { value, problems } = await lintPaths({ paths, cwd: folder, cache: 'off', types });
  return {
    found: value.map(({ rule, location }) => `${rule}:${location.line}`),
    problems: problems.map(({ code }) => code),
  };
};

describe('hints with exact types', () => {
  it('find what only types tell, and nothing of what they deny', async () => {
    const plain = await places('none');
    expect(plain.found).not.toContain('no-floating-promises:5');
    const exact = await places('exact');
    expect(exact.problems).toEqual([]);
    expect(exact.found).toEqual(
      expect.arrayContaining([...plain.found, 'no-floating-promises:5', 'no-misused-promises:7']),
    );
    expect(exact.found.some((one) => one.endsWith(':6'))).toBe(false);
  });

  it('say so where no configuration has the files, and give the other hints', async () => {
    expect(await places('exact', ['other'])).toEqual({ found: [], problems: ['types-missing'] });
  });

  it('come by --types on the command line, and the cache keeps both kinds apart', () => {
    const lint = (...more: string[]): string =>
      execFileSync(
        process.execPath,
        [
          path.resolve('dist/cli/looplens.cjs'),
          'lint',
          'src',
          '--cache-dir',
          path.join(folder, 'cache'),
          ...more,
        ],
        { cwd: folder, encoding: 'utf8' },
      );
    const plain = lint();
    const exact = lint('--types');
    expect(exact).toContain('no-floating-promises');
    expect(plain).not.toContain('no-floating-promises');
    expect(lint()).toBe(plain);
    expect(lint('--types')).toBe(exact);
  });
});

describe('the thread that knows types', () => {
  let client: TypesClient;
  const file = (): string => path.join(folder, 'src/app.ts');
  afterEach(() => client.dispose());

  it('answers for a text that is not on disk, and for the file again once it is dropped', async () => {
    client = startTypesClient();
    const text = `import { open } from 'store';\nopen().save('a');\n`;
    const unsaved = await client.gifts(file(), text);
    expect(unsaved).toEqual({ value: { [text.lastIndexOf(';')]: 'promise' }, problems: [] });
    const saved = await client.gifts(file(), undefined);
    expect(Object.values(saved.value ?? {}).filter((gift) => gift === 'promise')).toHaveLength(2);
  });

  it('answers an overtaken request with nothing', async () => {
    client = startTypesClient();
    await client.gifts(file(), undefined);
    const [old, newer] = await Promise.all([client.gifts(file(), 'a('), client.gifts(file(), 'a();')]);
    expect(old).toEqual({ value: undefined, problems: [] });
    expect(newer.value).toBeDefined();
  });

  it('has a problem for a project without TypeScript, and after it was stopped', async () => {
    client = startTypesClient();
    const bare = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-types-')));
    try {
      fs.writeFileSync(path.join(bare, 'tsconfig.json'), '{}');
      const { problems } = await client.gifts(path.join(bare, 'a.ts'), 'a();');
      expect(problems[0]?.message).toMatch(/has no TypeScript installed: hints are without exact types\.$/);
    } finally {
      fs.rmSync(bare, { recursive: true, force: true });
    }
    client.dispose();
    expect((await client.gifts(file(), undefined)).problems.map(({ code }) => code)).toEqual([
      'types-missing',
    ]);
  });
});
