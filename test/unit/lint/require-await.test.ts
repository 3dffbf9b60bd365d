import { testRule } from './harness.ts';

testRule('require-await', {
  valid: [
    { name: 'an await', code: 'export async function f(x) { await g(x); }' },
    { name: 'for await', code: 'export async function f(xs) { for await (const x of xs) g(x); }' },
    { name: 'a call returned', code: 'export async function f(x) { return g(x); }' },
    { name: 'a callback', code: 'run(async () => { g(); });' },
    {
      name: 'a throw, which must reject',
      code: 'export async function f() { throw new Error("not here"); }',
    },
    { name: 'an annotation', code: 'export async function f(): Promise<number> { return 1; }' },
    { name: 'an empty body', code: 'export async function f() {}' },
  ],
  invalid: [
    {
      name: 'a function that is called here',
      code: 'async function f(x) { return x + 1; }\nexport const g = async (x) => { use(await f(x)); };',
      lines: [1],
    },
    { name: 'an arrow function', code: 'export const f = async (x) => x + 1;', lines: [1] },
    {
      name: 'a function that is a value',
      code: 'export const f = async function (x) { return x * 2; };',
      lines: [1],
    },
    {
      name: 'nothing awaited',
      code: 'export async function f(x) { return x + 1; }',
      lines: [1],
      message: 'function f',
      fixed: 'export function f(x) { return x + 1; }',
    },
    {
      name: 'an await in a function inside',
      code: 'export const f = async (xs) => { const g = async (x) => { await h(x); }; use(g); };',
      lines: [1],
    },
  ],
});
