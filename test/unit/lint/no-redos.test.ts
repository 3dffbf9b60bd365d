import { expect, it } from 'vitest';
import { lintWith, testRule } from './harness.ts';

testRule('no-redos', {
  valid: [
    {
      name: 'what loads the modules of the program',
      code: String.raw`export function loadActionModules(names) { return names.filter((name) => /^(\w+\s?)+$/.test(name)); }`,
    },
    {
      name: 'what whoever runs the program has set',
      code: String.raw`export function scheme(jwtOptions) { return /^\$((?:\w+-?)+\w+)$/.exec(jwtOptions.source); }
export class Store { check() { return /^(a+)+$/.test(this.config.name); } }`,
    },
    { name: 'linear', code: 'export const re = /^[a-z]+(?:-[a-z]+)*$/;' },
    {
      name: 'quadratic, which another rule answers for',
      code: String.raw`export const re = /\s+$|\s*,\s*;/;`,
    },
    { name: 'invalid', code: `export const re = new RegExp('(a+');` },
    { name: 'not constant', code: 'export const f = (a) => new RegExp(a);' },
    { name: 'a RegExp of our own', code: `class RegExp {}\nexport const re = new RegExp('^(a+)+$');` },
  ],
  invalid: [
    {
      name: 'what loads the modules of the program, where that is asked for',
      code: String.raw`export function loadActionModules(names) { return names.filter((name) => /^(\w+\s?)+$/.test(name)); }`,
      options: [{ startUp: 'report' }],
      lines: [1],
    },
    {
      name: 'what a caller gives, and what is in a setting of a user',
      code: String.raw`export function f(source, user) { return /^((?:\w+-?)+\w+)$/.exec(source) ?? /^(a+)+$/.test(user.settings.name); }`,
      lines: [1, 1],
    },
    { name: 'alternatives that overlap', code: 'export const re = /^(?:a|aa)+$/;', lines: [1] },
    {
      name: 'nested, with something between that may be missing',
      code: String.raw`export const re = /^(?:\w+\s?)*$/;`,
      lines: [1],
    },
    { name: 'a template without parts', code: 'export const re = new RegExp(`^(?:[a-z]+)*$`);', lines: [1] },
    {
      name: 'nested repetition',
      code: 'export const re = /^(?:a+)+$/;',
      lines: [1],
      message: 'like "aaaa..."',
      fixed: 'export const re = /^a+$/;',
    },
    { name: 'a constructor', code: `export const re = new RegExp('^(a*)*$', 'i');`, lines: [1], fixed: null },
  ],
});

it('names the places of use and the handler that gets there', () => {
  const code = `const RE = /^(a+)+$/;\nrequire('http').createServer((q, s) => {\n  s.end(RE.test(q.url));\n});`;
  const [finding] = lintWith('no-redos', { code, file: 'a.js' }).value;
  expect(finding?.related).toEqual([
    { message: 'used here', location: { file: 'a.js', line: 3, column: 9 } },
  ]);
  expect(finding?.chain.map(({ label }) => label)).toEqual(['HTTP request']);
});
