import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startLintClient } from '../../src/session/lint-client.ts';
import { startRegexpsClient, type RegexpsClient } from '../../src/session/regexps-client.ts';

const text = (source: string) => ({ source, flags: '' });
const SLOW = text('^(a+)+$');
/** Suspected by the fast check, and refuted by the full one. */
const FINE = text(String.raw`^\s*|\s*$`);
/** Takes the full check some seconds. */
const HARD = text(`^(?:${'(?:[a-f]|[b-h]x?)*y?'.repeat(12)})*$`);

let folder: string;
beforeAll(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-regexps-')));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the threads of the full check', () => {
  let client: RegexpsClient;
  afterEach(() => client.dispose());

  it('answer in order, each expression once, and start again after one that takes too long', async () => {
    client = startRegexpsClient({ threads: 2 });
    const [both, again] = await Promise.all([
      client.check('a', [SLOW, text('^a$')]),
      client.check('b', [SLOW]),
    ]);
    expect(both.map(({ source, verdict }) => [source, verdict.status])).toEqual([
      [SLOW.source, 'slow'],
      ['^a$', 'fast'],
    ]);
    expect(again[0]).toBe(both[0]);
    client.dispose();
    client = startRegexpsClient({ patienceMs: 1 });
    expect(await client.check('a', [SLOW])).toEqual([{ ...SLOW, verdict: { status: 'undecided' } }]);
  });

  it('stop what its owner no longer wants, and go on with what somebody does', async () => {
    client = startRegexpsClient();
    const old = client.check('a.js', [HARD, SLOW]);
    const other = client.check('b.js', [SLOW]);
    const newer = client.check('a.js', [FINE]);
    expect(await old).toEqual([]);
    expect((await other).map(({ verdict }) => verdict.status)).toEqual(['slow']);
    expect((await newer).map(({ source }) => source)).toEqual([FINE.source]);
    // It was not waited for: it is not known.
    const pending = client.check('a.js', [HARD]);
    expect(await client.check('a.js', [])).toEqual([]);
    expect(await pending).toEqual([]);
  });

  it('answer with nothing once they were disposed', async () => {
    client = startRegexpsClient();
    const pending = client.check('a', [HARD]);
    client.dispose();
    expect(await pending).toEqual([]);
    expect(await client.check('a', [SLOW])).toEqual([]);
  });
});

describe('the command line', () => {
  const source = `require('http').createServer((q, s) => {
  if (/${SLOW.source}/.test(q.url)) s.end();
  if (/${FINE.source}/.test(q.url)) s.end();
});
`;
  const lint = (...args: string[]) => {
    const cli = path.resolve('dist/cli/looplens.cjs');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [cli, 'lint', '--preset', 'strict', '--format', 'json', ...args, '.'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr + String(status)).toBe('0');
    const { findings } = JSON.parse(stdout) as {
      findings: { rule: string; message: string; regexp?: { attack: string; check: string } }[];
    };
    return findings.filter(({ regexp }) => regexp);
  };
  const store = () => path.join(folder, 'node_modules/.cache/looplens/regexps.json');

  it('reports what the full check confirms, with its attack, and remembers the verdicts', () => {
    fs.mkdirSync(path.join(folder, 'node_modules'));
    fs.writeFileSync(path.join(folder, 'package.json'), '{}');
    fs.writeFileSync(path.join(folder, 'a.js'), source);
    const found = lint();
    expect(found.map(({ rule, regexp }) => [rule, regexp?.check])).toEqual([['no-redos', 'confirmed']]);
    expect(found[0]?.message).toContain(found[0]?.regexp?.attack);
    expect(found[0]?.regexp?.attack).toMatch(/^'a'\.repeat\(\d+\) \+ '/);
    expect(lint('--no-cache')).toEqual(found);
    // An edit elsewhere in the file: the verdicts are those on disk.
    const before = fs.readFileSync(store(), 'utf8');
    fs.writeFileSync(path.join(folder, 'a.js'), `${source}// edited\n`);
    expect(lint()).toEqual(found);
    expect(fs.readFileSync(store(), 'utf8')).toBe(before);
  });

  it('starts no thread for expressions that the fast check calls fast', () => {
    fs.rmSync(store());
    fs.writeFileSync(path.join(folder, 'a.js'), 'export const isName = (name) => /^[a-z]+$/.test(name);\n');
    expect(lint()).toEqual([]);
    expect(fs.existsSync(store())).toBe(false);
  });
});

it('an editor that starts again asks for nothing that was checked before', async () => {
  const file = path.join(folder, 'b.js');
  const code = `require('http').createServer((q, s) => s.end(/${SLOW.source}/.test(q.url)));\n`;
  fs.writeFileSync(file, code);
  const first = startLintClient();
  await first.open(folder);
  const { unchecked } = await first.lint(file, code, 'recommended');
  expect(unchecked).toEqual([SLOW]);
  const verdict = {
    status: 'slow',
    growth: 'exponential',
    attack: `'a'.repeat(40) + '!'`,
    by: 'proof',
  } as const;
  const told = await first.lint(file, code, 'recommended', {
    verdicts: [{ ...SLOW, verdict, steps: 1 }],
  });
  expect(told.value.map(({ regexp }) => regexp?.check)).toContain('confirmed');
  const cache = path.join(folder, 'node_modules/.cache/looplens/regexps.json');
  await vi.waitFor(() => expect(fs.readFileSync(cache, 'utf8')).toContain('repeat(40)'), 10_000);
  first.dispose();
  const second = startLintClient();
  await second.open(folder);
  const again = await second.lint(file, code, 'recommended');
  second.dispose();
  expect(again.unchecked).toEqual([]);
  expect(again.value).toEqual(told.value);
});
