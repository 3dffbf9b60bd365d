import { testRule } from './harness.ts';

testRule('no-top-level-await', {
  valid: [
    { name: 'in a function', code: 'export async function f() { await g(); }' },
    { name: 'a program that nobody imports', code: 'await main();' },
    { name: 'a command', code: '#!/usr/bin/env node\nexport const x = await g();' },
    { name: 'in an async function that runs at once', code: 'export const x = (async () => await g())();' },
    { name: 'in a method', code: 'export class A { async f() { await g(); } }' },
    { name: 'a promise that is exported', code: 'export const ready = g();' },
  ],
  invalid: [
    { name: 'an export', code: 'export const x = await g();', lines: [1], message: 'require() of it fails' },
    { name: 'a loop', code: 'for await (const x of xs) g(x);\nexport {};', lines: [1] },
    {
      name: 'before the export',
      code: 'const x = await g();\nexport { x };',
      lines: [1],
      message: 'Everyone who imports this module waits',
    },
    { name: 'of an import', code: 'const { a } = await import("./a.js");\nexport default a;', lines: [1] },
    { name: 'in a block', code: 'export let x;\nif (process.env.A) { x = await g(); }', lines: [2] },
    { name: 'export all', code: 'await g();\nexport * from "./a.js";', lines: [1], confidence: 'certain' },
  ],
});
