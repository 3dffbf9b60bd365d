import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintText } from '../../../src/lint/lint-text.ts';

const HANDLER = `import fs from 'fs';
import crypto from 'crypto';
import http from 'http';
http.createServer(async (q, s) => {
  const a = await getUser(1);
  const b = await getOrders(2);
  s.end(fs.readFileSync('a') + crypto.scryptSync('a', 'b', 3));
});
export function save() { fs.writeFileSync('a', 'b'); }
`;

const rulesOf = (text: string, preset: 'recommended' | 'strict' = 'recommended', file = 'a.ts'): string[] =>
  lintText({ text, file, preset }).value.map(({ rule }) => rule);

describe('presets', () => {
  it('report each call once, in source order', () => {
    expect(rulesOf(HANDLER)).toEqual(['prefer-parallel-awaits', 'no-sync-in-handler', 'no-sync-crypto']);
    expect(rulesOf(HANDLER, 'strict')).toEqual([
      'prefer-parallel-awaits',
      'no-sync-in-handler',
      'no-sync-crypto',
      'no-sync',
    ]);
  });

  it('yield to the choices of a project', () => {
    const rules = { 'no-sync-crypto': 'off', 'no-sync': 'on' } as const;
    const { value } = lintText({ text: HANDLER, file: 'a.ts', preset: 'recommended', rules });
    expect(value.map(({ rule }) => rule)).toEqual([
      'prefer-parallel-awaits',
      'no-sync-in-handler',
      'no-sync',
    ]);
  });

  it('never go beyond information', () => {
    const severities = lintText({ text: HANDLER, file: 'a.ts', preset: 'strict' }).value.map((f) => [
      f.confidence,
      f.severity,
    ]);
    expect(severities).toEqual([
      ['likely', 'info'],
      ['certain', 'info'],
      ['certain', 'info'],
      ['possible', 'hint'],
    ]);
  });
});

it('keeps the range on one line and counts from 1', () => {
  const text = `import fs from 'fs';\nexport function f(req, res) {\n  res.end();\n  return fs\n    .readFileSync('a');\n}`;
  const [finding] = lintText({ text, file: '/x/a.ts', preset: 'recommended' }).value;
  expect(finding).toMatchObject({
    location: { file: '/x/a.ts', line: 5, column: 6, function: 'f' },
    endLine: 5,
    endColumn: 18,
  });
});

describe('comments of ESLint', () => {
  it.each(['// eslint-disable-next-line looplens/no-sync-in-handler', '// eslint-disable-next-line'])(
    '%s',
    (comment) => {
      expect(
        rulesOf(
          `import fs from 'fs';\nexport function f(req, res) {\n  res.end();\n${comment}\nfs.readFileSync('a');\n}`,
        ),
      ).toEqual([]);
    },
  );

  it('for the whole file, and about rules of others', () => {
    expect(
      rulesOf(
        `/* eslint-disable looplens/no-redos */\n/* eslint no-console: "error", x/y: 2 */\nexport const re = /^(a+)+$/;`,
      ),
    ).toEqual([]);
  });

  it('that ESLint no longer knows do not stop it', () => {
    const { value, problems } = lintText({
      text: `/* eslint-env node */\nexport const re = /^(a+)+$/;`,
      file: 'a.js',
      preset: 'recommended',
    });
    expect([value.map(({ location }) => location.line), problems]).toEqual([[2], []]);
  });
});

describe('every kind of file', () => {
  const CALL = `module.exports = (req, res) => res.end(require('fs').readFileSync('a'));`;
  it.each([
    'a.js',
    'a.cjs',
    'a.mjs',
    'a.jsx',
    'a.ts',
    'a.tsx',
    'a.cts',
    'a.mts',
    'C:\\x\\a.JS',
    '/node_modules/x/a.js',
  ])('%s', (file) => {
    expect(rulesOf(CALL, 'recommended', file)).toEqual(['no-sync-in-handler']);
  });

  it('JSX, types, decorators, a hashbang, return at the top', () => {
    for (const [file, text] of [
      ['a.jsx', 'const a = <A b={/^(a+)+$/} />;'],
      ['a.ts', 'const a = <RegExp>/^(a+)+$/;'],
      ['a.ts', '@d class A { @d() accessor x = /^(a+)+$/ }'],
      ['a.js', '#!/usr/bin/env node\nconst a = /^(a+)+$/;'],
      ['a.cjs', 'if (x) return; const a = /^(a+)+$/;'],
    ] as const) {
      expect([text, rulesOf(text, 'recommended', file)]).toEqual([text, ['no-redos']]);
    }
  });
});

describe('bad input', () => {
  it('gives a problem with a place for a syntax error', () => {
    const { value, problems } = lintText({ text: 'const a = ;', file: '/x/a.ts', preset: 'strict' });
    expect(value).toEqual([]);
    expect(problems).toEqual([
      { code: 'parse-error', message: '/x/a.ts:1:11 cannot be parsed: Expression expected.' },
    ]);
  });

  it('gives a problem for options that a rule does not have', () => {
    const { problems } = lintText({
      text: 'a',
      file: 'a.js',
      preset: 'recommended',
      rules: { 'no-sync-zlib': [{ bread: 1 }] },
    });
    expect(problems.map(({ code }) => code)).toEqual(['lint-failed']);
  });

  it('gives an answer for a source that is nested very deeply', () => {
    const { value } = lintText({
      text: `${'('.repeat(20_000)}a${')'.repeat(20_000)}`,
      file: 'a.js',
      preset: 'strict',
    });
    expect(value).toEqual([]);
  });

  it('never throws', () => {
    const words = HANDLER.split(/(?<=\W)|(?=\W)/);
    fc.assert(
      fc.property(
        fc.array(fc.nat(words.length - 1), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('drop', 'repeat', 'swap'),
        (places, how) => {
          const mutated = [...words];
          for (const place of places) {
            if (how === 'drop') mutated[place] = '';
            if (how === 'repeat') mutated[place] = mutated[place]!.repeat(2);
            if (how === 'swap') [mutated[place], mutated[0]] = [mutated[0]!, mutated[place]!];
          }
          const { problems } = lintText({ text: mutated.join(''), file: 'a.ts', preset: 'strict' });
          expect(problems.filter(({ code }) => code !== 'parse-error')).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
