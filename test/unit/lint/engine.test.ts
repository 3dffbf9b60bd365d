import fs from 'node:fs';
import path from 'node:path';
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { lintText } from '../../../src/lint/lint-text.ts';
import { PRESETS, RULES } from '../../../src/lint/presets.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { fastParse } from '../../../src/lint/source/fast-parse.ts';

/** Findings as ESLint and typescript-eslint's parser make them, without anything of our engine. */
function byEslint(text: string, file: string): string[] | 'cannot be parsed' {
  const name = `source${path.extname(file)}`;
  const messages = new Linter({ configType: 'flat' }).verify(
    text,
    [
      {
        files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
        plugins: { looplens: { rules: RULES as never } },
        languageOptions: {
          parser,
          sourceType: /\.c[jt]s$/.test(file) ? 'commonjs' : 'module',
          parserOptions: { ecmaFeatures: { jsx: true }, suppressDeprecatedPropertyWarnings: true },
        },
        linterOptions: { reportUnusedDisableDirectives: 'off' },
        settings: { looplens: { file } },
        rules: Object.fromEntries(
          Object.entries(PRESETS.strict).map(([rule, options]) => [
            `looplens/${rule}`,
            ['warn', ...options] as never,
          ]),
        ),
      },
    ],
    { filename: name },
  );
  if (messages.some(({ fatal }) => fatal)) return 'cannot be parsed';
  return messages
    .filter(({ ruleId }) => ruleId?.startsWith('looplens/'))
    .map(({ ruleId, line, column, endLine, endColumn, message, fix, suggestions }) => {
      const change = fix ?? suggestions?.[0]?.fix;
      const edit = change ? [...change.range, change.text] : [];
      return [ruleId!.slice('looplens/'.length), line, column, endLine, endColumn, message, ...edit].join(
        ' ',
      );
    })
    .sort();
}

function byEngine(text: string, file: string): string[] | 'cannot be parsed' {
  const { value, problems } = lintText({ text, file, preset: 'strict' });
  if (problems.length > 0) return 'cannot be parsed';
  return value
    .map(({ rule, location, endLine, endColumn, message, fix }: Finding) => {
      const edit = fix?.edits.flatMap(({ start, end, text: insert }) => [start, end, insert]) ?? [];
      return [rule, location.line, location.column, endLine, endColumn, message, ...edit].join(' ');
    })
    .sort();
}

const below = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:[cm]?js|tsx?)$/.test(name) && !/\.d\.ts$|[.-]min\.|\bbrowser-entry\b/.test(name))
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).size < 40_000);

const examples = fs
  .readdirSync('src/lint/rules')
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) => {
    const page = fs.readFileSync(path.join('src/lint/rules', file), 'utf8');
    return [...page.matchAll(/^```(js|ts|tsx|jsx)\n(.*?)^```/gms)].map(
      ([, kind, text]) => [`${file}.${kind!}`, text!] as const,
    );
  });

describe('our engine and ESLint say the same', () => {
  it('of the examples of all pages', () => {
    const said = examples.map(([file, text]) => [file, byEngine(text, file)]);
    expect(said).toEqual(examples.map(([file, text]) => [file, byEslint(text, file)]));
    expect(said.filter(([, findings]) => findings!.length > 0).length).toBeGreaterThan(60);
  }, 60_000);

  it.each([
    'src/lint/source',
    'src/extension',
    'src/webview',
    'test/fixtures',
    'node_modules/mocha/lib',
    'node_modules/ws/lib',
    'node_modules/commander/lib',
    'node_modules/chrome-remote-interface/lib',
    'node_modules/enhanced-resolve/lib',
  ])(
    'of %s',
    (folder) => {
      const files = below(folder);
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) {
        const text = fs.readFileSync(file, 'utf8');
        // ESLint 10 refuses a whole file for this comment of older versions; we read the code.
        if (text.includes('eslint-env')) continue;
        expect([file, byEngine(text, file)]).toEqual([file, byEslint(text, file)]);
      }
    },
    120_000,
  );

  it.each([
    ['next line', '// eslint-disable-next-line looplens/no-redos\nexport const re = /^(a+)+$/;'],
    ['next line, another rule', '// eslint-disable-next-line looplens/no-sync\nexport const re = /^(a+)+$/;'],
    ['next line, a rule of others', '// eslint-disable-next-line no-console\nexport const re = /^(a+)+$/;'],
    [
      'next line, several',
      '// eslint-disable-next-line x/y, looplens/no-redos -- why\nexport const re = /^(a+)+$/;',
    ],
    [
      'next line, after a block',
      '/* eslint-disable-next-line\n looplens/no-redos */ export const re = /^(a+)+$/;',
    ],
    ['same line', 'export const re = /^(a+)+$/; // eslint-disable-line'],
    ['same line, in a longer comment', 'export const re = /^(a+)+$/; /* eslint-disable-line\n */'],
    ['from here', 'export const a = /^(a+)+$/;\n/* eslint-disable */\nexport const b = /^(a+)+$/;'],
    ['from here, as a line comment', '// eslint-disable\nexport const b = /^(a+)+$/;'],
    [
      'until there',
      '/* eslint-disable */ export const a = /^(a+)+$/; /* eslint-enable */ export const b = /^(b+)+$/;',
    ],
    [
      'until there for one',
      '/* eslint-disable */\n/* eslint-enable looplens/no-redos */\nexport const b = /^(b+)+$/;',
    ],
    [
      'one, then all again',
      '/* eslint-disable looplens/no-redos */\n/* eslint-enable */\nexport const b = /^(b+)+$/;',
    ],
    ['quoted', '/* eslint-disable "looplens/no-redos" */\nexport const b = /^(b+)+$/;'],
    ['a word more', '/* eslint-disabled */\nexport const b = /^(b+)+$/;'],
    ['set in the file', '/* eslint looplens/no-redos: "off" */\nexport const b = /^(b+)+$/;'],
    [
      'options in the file',
      '/* eslint looplens/no-top-level-await: 1 */\nawait x();\nexport const b = /^(b+)+$/;',
    ],
  ])('of comments: %s', (_, text) => {
    expect(byEngine(text, 'a.ts')).toEqual(byEslint(text, 'a.ts'));
  });
});

it.each([
  [
    '@typescript-eslint/no-floating-promises',
    'async function f() { await g(); }\nfunction h() {\n%\n  f();\n}',
  ],
  ['@typescript-eslint/no-misused-promises', 'async function f() { await g(); }\n%\nsocket.on("data", f);'],
  ['no-async-promise-executor', '%\nnew Promise(async (resolve) => { await g(); resolve(); });'],
])('takes %s for the same rule of ours', (name, text) => {
  for (const tool of ['eslint', 'oxlint']) {
    const silent = text.replace('%', `// ${tool}-disable-next-line ${name}`);
    expect(byEngine(silent, 'a.ts')).toEqual([]);
  }
  expect(byEngine(text.replace('%', '// why'), 'a.ts')).not.toEqual([]);
});

it('parses all of this itself', () => {
  for (const [file, text] of [
    ['a.js', 'return 1; with (a) {}'],
    ['a.cjs', 'var yield_ = 010; if (a) return;'],
    ['a.jsx', 'const a = <A b={c}>{...d}<></></A>;'],
    ['a.ts', 'abstract class A<T> { declare x: T; abstract y(): void; constructor(private z?: T) {} }'],
    ['a.tsx', 'const f = <T,>(a: T) => <B<T> a={a} />;'],
    ['a.ts', '@d() class A { @d() accessor x = 1; m(@p() a: number) {} }'],
    ['a.mts', 'import a = require("a"); export = a; using x = y(); type Z = typeof import("z");'],
  ] as const) {
    expect(() => fastParse(text, file, file.endsWith('cjs') ? 'commonjs' : 'module'), text).not.toThrow();
  }
});
