import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLintClient, type LintClient } from '../../src/session/lint-client.ts';
import { lintPaths, type LintOptions } from '../../src/session/lint.ts';
import type { Report } from '../../src/model/finding.ts';

const SLOW = `import fs from 'node:fs';\nexport function load(req, res) {\n  res.end(fs.readFileSync('a'));\n}\n`;

const SINCE_HEAD = { kind: 'since', ref: 'HEAD' } as const;

let folder: string;
beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-lint-')));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the lint worker', () => {
  let client: LintClient;
  beforeEach(() => {
    client = startLintClient();
  });
  afterEach(() => client.dispose());

  it('answers with hints and facts', async () => {
    const [{ value, problems }, facts] = await Promise.all([
      client.lint('/a.js', SLOW, 'recommended'),
      client.facts([
        { file: '/b.js', text: 'f();' },
        { file: '/c.js', text: 'nonsense (' },
      ]),
    ]);
    expect(problems).toEqual([]);
    expect(value.map(({ rule, location }) => [rule, location.line])).toEqual([['no-sync-in-handler', 3]]);
    expect(facts.map(({ file, calls }) => [file, calls.length])).toEqual([
      ['/b.js', 1],
      ['/c.js', 0],
    ]);
  });

  it('answers an overtaken request at once, and the newer one with its hints', async () => {
    const other = client.lint('/other.js', SLOW, 'recommended');
    const old = client.lint('/a.js', SLOW.repeat(50), 'recommended');
    const newer = client.lint('/a.js', SLOW, 'recommended');
    expect((await old).problems.map(({ code }) => code)).toEqual(['superseded']);
    expect((await newer).value).toHaveLength(1);
    expect((await other).value).toHaveLength(1);
  });

  it('gives up a text that takes too long, and answers the others', async () => {
    client.dispose();
    client = startLintClient({ patienceMs: 1 });
    const huge = client.lint('/huge.js', SLOW.repeat(2000), 'recommended');
    const message = (await huge).problems[0]?.message;
    expect(message).toMatch(/^\/huge\.js could not be checked: it took longer than/);
    client.dispose();
    client = startLintClient();
    expect((await client.lint('/a.js', SLOW, 'recommended')).value).toHaveLength(1);
  });

  it('refuses to work once it was disposed', async () => {
    const pending = client.lint('/a.js', SLOW, 'recommended');
    client.dispose();
    await expect(pending).rejects.toThrow('stopped');
    await expect(client.lint('/a.js', SLOW, 'recommended')).rejects.toThrow('stopped');
  });
});

describe('linting paths', () => {
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  const lint = async (options: Partial<LintOptions> = {}) => {
    const { value, problems } = await lintPaths({ paths: ['.'], cwd: folder, cache: 'off', ...options });
    const found = value.map(
      ({ location }) => `${path.relative(folder, location.file).replaceAll('\\', '/')}:${location.line}`,
    );
    return { found, problems: problems.map(({ code }) => code) };
  };
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });

  it('walks a folder and leaves out what nobody wrote', async () => {
    write('b.js', SLOW);
    write('a/x.ts', SLOW);
    write('node_modules/p/index.js', SLOW);
    write('dist/a.js', SLOW);
    write('c.min.js', SLOW);
    write('d.js', `// @generated\n${SLOW}`);
    write('e.js', `${SLOW}const big = "${'x'.repeat(6000)}";`);
    write('types.d.ts', SLOW);
    write('readme.md', SLOW);
    expect(await lint()).toEqual({ found: ['a/x.ts:3', 'b.js:3'], problems: [] });
    expect((await lint({ paths: ['d.js', 'a'] })).found).toEqual(['a/x.ts:3', 'd.js:4']);
    expect((await lint({ paths: ['node_modules'] })).found).toEqual(['node_modules/p/index.js:3']);
  });

  it('reports a file that cannot be parsed and goes on', async () => {
    write('a.js', 'const = ;');
    write('b.js', SLOW);
    expect(await lint()).toEqual({ found: ['b.js:3'], problems: ['parse-error'] });
  });

  it('respects .gitignore where there is no git, too', async () => {
    write('.gitignore', 'own/\n*.gen.js\n');
    write('own/a.js', SLOW);
    write('b.gen.js', SLOW);
    write('sub/.gitignore', '/c.js\n');
    write('sub/c.js', SLOW);
    write('c.js', SLOW);
    expect((await lint()).found).toEqual(['c.js:3']);
  });

  it('respects .gitignore', async () => {
    git('init', '-q');
    write('.gitignore', 'own/\n');
    write('own/a.js', SLOW);
    write('ä b.js', SLOW);
    expect((await lint()).found).toEqual(['ä b.js:3']);
  });

  it('keeps lines changed since a ref, through renames, staged and not, and untracked files', async () => {
    git('init', '-q');
    for (const name of ['same', 'edited', 'renamed', 'staged']) write(`${name}.js`, SLOW);
    git('add', '.');
    git('commit', '-qm', 'a');
    write('edited.js', `${SLOW}export function more(req, res) {\n  res.end(fs.readFileSync('b'));\n}\n`);
    git('mv', 'renamed.js', 'moved.js');
    write('staged.js', SLOW.replace("'a'", "'b'"));
    git('add', 'staged.js');
    write('new.js', SLOW);
    expect((await lint({ change: SINCE_HEAD })).found).toEqual(['edited.js:6', 'new.js:3', 'staged.js:3']);
    fs.mkdirSync(path.join(folder, 'sub'));
    expect(
      (await lint({ change: SINCE_HEAD, cwd: path.join(folder, 'sub'), paths: ['..'] })).found,
    ).toHaveLength(3);
  });

  it('keeps staged changes only', async () => {
    git('init', '-q');
    write('first ä.js', SLOW);
    git('add', '.');
    write('other.js', SLOW);
    expect((await lint({ change: { kind: 'staged' } })).found).toEqual(['first ä.js:3']);
    git('commit', '-qm', 'a');
    write('first ä.js', `${SLOW}export function more(req, res) {\n  res.end(fs.readFileSync('b'));\n}\n`);
    expect((await lint({ change: { kind: 'staged' } })).found).toEqual([]);
    git('add', 'first ä.js');
    expect((await lint({ change: { kind: 'staged' } })).found).toEqual(['first ä.js:6']);
  });

  it('keeps what a changed line elsewhere leads to', async () => {
    git('init', '-q');
    write('package.json', '{}');
    write('read.js', `import fs from 'fs';\nexport function read() {\n  return fs.readFileSync('a');\n}\n`);
    write('server.js', `import http from 'http';\nhttp.createServer((q, s) => {\n  s.end();\n});\n`);
    git('add', '.');
    git('commit', '-qm', 'a');
    expect((await lint({ change: SINCE_HEAD })).found).toEqual([]);
    write(
      'server.js',
      `import http from 'http';\nimport { read } from './read.js';\nhttp.createServer((q, s) => {\n  s.end(read());\n});\n`,
    );
    expect((await lint({ change: SINCE_HEAD })).found).toEqual(['read.js:3']);
  });

  it('remembers what it found, and notices what changes it', async () => {
    const kept = { cache: { folder: path.join(folder, '.cache') } };
    write('package.json', '{}');
    write('read.js', `import fs from 'fs';\nexport function read() {\n  return fs.readFileSync('a');\n}\n`);
    write('server.js', `import http from 'http';\nhttp.createServer((q, s) => {\n  s.end();\n});\n`);
    expect((await lint(kept)).found).toEqual([]);
    write(
      'server.js',
      `import http from 'http';\nimport { read } from './read.js';\nhttp.createServer((q, s) => {\n  s.end(read());\n});\n`,
    );
    expect((await lint(kept)).found).toEqual(['read.js:3']);
    const files = fs.readdirSync(kept.cache.folder);
    expect(files.sort()).toEqual(['findings.json', 'index.json']);
    for (const name of files) {
      const file = path.join(kept.cache.folder, name);
      const text = fs.readFileSync(file, 'utf8');
      // Cut off, and changed by somebody: both count for nothing.
      for (const damaged of [text.slice(0, -5), text.replace('read', 'bread'), '', '\0\n[]']) {
        fs.writeFileSync(file, damaged);
        expect((await lint(kept)).found).toEqual(['read.js:3']);
      }
    }
    expect((await lint({ ...kept, preset: 'strict' })).found).toContain('read.js:3');
  });

  it('notices that names lead elsewhere', async () => {
    const kept = { cache: { folder: path.join(folder, '.cache') } };
    write('package.json', '{}');
    write(
      'src/read.ts',
      `import fs from 'fs';\nexport function read() {\n  return fs.readFileSync('a');\n}\n`,
    );
    write(
      'src/server.ts',
      `import http from 'http';\nimport { read } from '@/read';\nhttp.createServer((q, s) => {\n  s.end(read());\n});\n`,
    );
    expect((await lint(kept)).found).toEqual([]);
    write('tsconfig.json', `{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }`);
    expect((await lint(kept)).found).toEqual(['src/read.ts:3']);
  });

  it('runs a configuration that is a program', async () => {
    write('a.js', SLOW);
    write('looplens.config.mjs', `export default { rules: { 'no-sync-in-handler': 'off' } };`);
    expect((await lint()).found).toEqual([]);
    write('looplens.config.mjs', `throw new Error('broken');`);
    await expect(lint()).rejects.toMatchObject({ message: expect.stringMatching(/fails: broken/) });
  });

  it('says in one sentence what is wrong with its input', async () => {
    await expect(lint({ paths: ['gone.js'] })).rejects.toMatchObject({
      code: 'usage',
      message: 'gone.js does not exist.',
    });
    await expect(lint({ change: SINCE_HEAD })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('no git work tree'),
    });
    git('init', '-q');
    await expect(lint({ change: { kind: 'since', ref: '--output=x' } })).rejects.toMatchObject({
      code: 'usage',
      message: 'Git knows no commit "--output=x".',
    });
  });

  it.each([
    ['{', /is not valid JSON/],
    ['[]', /is not an object/],
    ['{"presets":"strict"}', /unknown key "presets"/],
    ['{"preset":"all"}', /neither "recommended" nor "strict"/],
    ['{"rules":{"no-snc":"on"}}', /a rule "no-snc" that does not exist/],
    ['{"rules":{"no-sync":"error"}}', /the rule "no-sync" a value/],
    ['{"ignore":"a"}', /not a list of globs/],
  ])('refuses the configuration %s', async (text, message) => {
    write('looplens.config.json', text);
    await expect(lint()).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
    await expect(lint({ config: 'other.json' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('cannot be read'),
    });
  });

  it('obeys a configuration', async () => {
    write('a.js', `${SLOW}export function f() { return fs.readFileSync('b'); }\n`);
    write('old/b.js', SLOW);
    write('c.gen.ts', SLOW);
    write(
      'looplens.config.json',
      '{"preset":"strict","rules":{"no-sync-in-handler":"off"},"ignore":["old","**/*.gen.{js,ts}"]}',
    );
    expect((await lint()).found).toEqual(['a.js:5']);
    expect((await lint({ preset: 'recommended' })).found).toEqual([]);
  });

  it('ranks by evidence', async () => {
    write('a.js', SLOW);
    write('b.js', SLOW);
    const location = { file: path.join(folder, 'b.js'), line: 3, column: 14, function: 'load' };
    const evidence = { count: 1, totalMs: 50, maxMs: 50, p99Ms: 50, loopShare: 0.5, routes: [] };
    const findings = [
      {
        rule: 'blocked-loop',
        severity: 'error',
        confidence: 'measured',
        message: '',
        location,
        cause: 'sync-fs',
        chain: [],
        related: [],
        evidence,
      },
    ];
    const report = { findings } as unknown as Report;
    expect((await lint({ evidence: report })).found).toEqual(['b.js:3', 'a.js:3']);
  });

  it('gives the same answer with several workers', async () => {
    for (let i = 0; i < 90; i++) write(`src/f${i}.js`, SLOW);
    const [first, second] = [await lint(), await lint()];
    expect(first.found).toHaveLength(90);
    expect(second).toEqual(first);
  });

  it('stops when it is aborted', async () => {
    for (let i = 0; i < 90; i++) write(`f${i}.js`, SLOW.repeat(20));
    const stop = new AbortController();
    const running = lint({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});
