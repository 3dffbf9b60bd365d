import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(p) { ${body} }`;

testRule('no-single-promise-in-promise-methods', {
  valid: [
    { name: 'two', code: code('await Promise.all([p, g()]);') },
    { name: 'spread', code: code('await Promise.all([...p]);') },
    { name: 'a list by name', code: code('await Promise.all(p);') },
    { name: 'allSettled, which does not reject', code: code('await Promise.allSettled([p]);') },
    { name: 'nothing', code: 'export const f = () => Promise.all([]);' },
    { name: 'another class', code: 'export const f = (p) => Group.all([p]);' },
  ],
  invalid: [
    { name: 'dropped', code: code('await Promise.all([g(p)]);'), lines: [1], fixed: code('await g(p);') },
    {
      name: 'race',
      code: code('return await Promise.race([p]);'),
      lines: [1],
      fixed: code('return await p;'),
    },
    {
      name: 'a list that is used',
      code: code('const [x] = await Promise.all([p]); return x;'),
      lines: [1],
      fixed: null,
    },
    {
      name: 'any',
      code: 'export async function f(p) { return await Promise.any([p]); }',
      lines: [1],
      fixed: 'export async function f(p) { return await p; }',
    },
    {
      name: 'a condition in it',
      code: 'export async function f(a, b) { await Promise.all([a ? b() : null]); }',
      lines: [1],
      fixed: 'export async function f(a, b) { await (a ? b() : null); }',
    },
    { name: 'not awaited', code: 'export const f = (p) => Promise.race([p]);', lines: [1], fixed: null },
  ],
});
