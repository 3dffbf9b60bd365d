import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(a, b) { ${body} }`;

testRule('no-await-in-promise-methods', {
  valid: [
    { name: 'no await', code: code('await Promise.all([a(), b()]);') },
    { name: 'an await deeper inside', code: code('await Promise.all([a(await b())]);') },
    { name: 'no list', code: 'export async function f(a, b) { await Promise.all(await a()); }' },
    { name: 'another class', code: 'export async function f(a, b) { await Group.all([await a()]); }' },
    {
      name: 'a Promise of our own',
      code: 'class Promise {}\nexport async function f(a, b) { await Promise.all([await a(), b()]); }',
    },
    {
      name: 'resolve takes a value',
      code: 'export async function f(a, b) { return await Promise.resolve([await a()]); }',
    },
  ],
  invalid: [
    {
      name: 'all',
      code: code('return await Promise.all([await a(), await b()]);'),
      lines: [1],
      message: 'one after another',
      fixed: code('return await Promise.all([a(), b()]);'),
    },
    {
      name: 'race',
      code: code('return await Promise.race([await a(), b()]);'),
      lines: [1],
      fixed: code('return await Promise.race([a(), b()]);'),
    },
    {
      name: 'allSettled',
      code: 'export async function f(a, b) { return await Promise.allSettled([await a(), b()]); }',
      lines: [1],
      fixed: 'export async function f(a, b) { return await Promise.allSettled([a(), b()]); }',
    },
    {
      name: 'any',
      code: 'export async function f(a, b) { return await Promise.any([a(), await b()]); }',
      lines: [1],
      fixed: 'export async function f(a, b) { return await Promise.any([a(), b()]); }',
    },
    {
      name: 'a list of one',
      code: 'export async function f(a, b) { await Promise.all([await a()]); }',
      lines: [1],
      message: 'hold a value, no promise',
    },
    {
      name: 'in a test',
      file: 'a.test.ts',
      code: "import { it } from 'vitest';\nit('x', async () => { await Promise.all([await a(), await b()]); });",
      lines: [2],
    },
  ],
});
