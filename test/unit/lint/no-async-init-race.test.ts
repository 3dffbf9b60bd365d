import { testRule } from './harness.ts';

testRule('no-async-init-race', {
  valid: [
    { name: 'the promise is kept', code: 'let c;\nexport async function f() { c ??= g(); return await c; }' },
    { name: 'a local variable', code: 'export async function f(c) { if (!c) c = await g(); return c; }' },
    { name: 'no check', code: 'let c;\nexport async function f() { c = await g(); }' },
    {
      name: 'a lock',
      code: 'let c, pending;\nexport async function f() { if (!c) { pending = true; c = await g(); } return c; }',
    },
    { name: 'start-up', code: 'let c;\nasync function main() { if (!c) c = await g(); }\nmain();' },
    {
      name: 'a promise that is kept',
      code: 'let p;\nexport async function f() { p ??= g(); return await p; }',
    },
  ],
  invalid: [
    {
      name: 'a check around',
      code: 'let c;\nexport async function f() {\n  if (!c) {\n    c = await g();\n  }\n  return c;\n}',
      lines: [4],
      message: 'c ??= g()',
    },
    {
      name: 'a check before',
      code: 'let c;\nexport async function f() { if (c) return c; c = await g(); return c; }',
      lines: [2],
    },
    {
      name: 'an operator',
      code: 'let c;\nexport async function f() { c ??= await g(); return c; }',
      lines: [2],
    },
    {
      name: 'a field',
      code: 'export class A { async f() { if (this.c === undefined) this.c = await g(); return this.c; } }',
      lines: [1],
      message: 'this.c',
    },
    {
      name: '??=',
      code: 'let client;\nexport async function f() { client ??= await connect(); return client; }',
      lines: [2],
    },
    {
      name: 'a member of this',
      code: 'export class A {\n  async get() { if (!this.client) this.client = await connect(); return this.client; }\n}',
      lines: [2],
    },
  ],
});
