import { testRule } from './harness.ts';

testRule('require-atomic-updates', {
  valid: [
    { name: 'awaited first', code: 'let n = 0;\nexport async function f() { const x = await g(); n += x; }' },
    { name: 'a local variable', code: 'export async function f() { let n = 0; n += await g(); return n; }' },
    { name: 'a plain assignment', code: 'let n;\nexport async function f() { n = await g(); }' },
    { name: 'read after the await', code: 'let n = 0;\nexport async function f() { n = (await g()) + n; }' },
    { name: 'a default', code: 'let n;\nexport async function f() { n ??= await g(); }' },
    {
      name: 'an await in a function inside',
      code: 'let n = 0;\nexport function f() { n += run(async () => await g()); }',
    },
  ],
  invalid: [
    {
      name: 'of an object of the module',
      code: 'const state = { n: 0 };\nexport async function f() { state.n += await g(); }',
      lines: [2],
    },
    {
      name: 'a variable of the module',
      code: 'let n = 0;\nexport async function f() { n += await g(); }',
      lines: [2],
      message: 'n is read before',
      confidence: 'certain',
    },
    {
      name: 'written out',
      code: 'let n = 0;\nexport async function f() { n = n + (await g()); }',
      lines: [2],
    },
    {
      name: 'a field',
      code: 'export class A { async f() { this.n += await g(); } }',
      lines: [1],
      message: 'this.n',
    },
    {
      name: 'of an outer function',
      code: 'export async function f(xs) { let n = 0; await Promise.all(xs.map(async (x) => { n += await g(x); })); return n; }',
      lines: [1],
    },
  ],
});
