import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(xs) {\n  ${body}\n}`;

testRule('await-thenable', {
  valid: [
    { name: 'a promise', code: code('await fetch(xs);') },
    { name: 'unknown', code: code('await xs; await g(xs); await xs.map(g);') },
    {
      name: 'timers/promises',
      code: `import { setTimeout } from 'timers/promises';\n${code('await setTimeout(1);')}`,
    },
    {
      name: 'a function that may give a promise',
      code: `function g(x) { return h(x); }\n${code('await g(xs);')}`,
    },
    { name: 'a name that may be anything', code: 'export async function f(a, b) { await a; }' },
    { name: 'a call that may give anything', code: 'export async function f(a, b) { await b(a); }' },
  ],
  invalid: [
    {
      name: 'a list',
      code: code('await [g(1), g(2)];'),
      lines: [2],
      message: 'Promise.all',
      fixed: code('await Promise.all([g(1), g(2)]);'),
    },
    { name: 'a map', code: code('return await xs.map(async (x) => g(x));'), lines: [2] },
    {
      name: 'a callback',
      code: `import fs from 'node:fs';\n${code('await fs.readFile(xs, (e, d) => use(d));')}`,
      lines: [3],
      message: 'callback',
    },
    {
      name: 'the global setTimeout',
      code: code('await setTimeout(100);'),
      lines: [2],
      fixed: code('setTimeout(100);'),
    },
    {
      name: 'a function that gives nothing',
      code: `function log(x) { console.log(x); }\n${code('await log(xs);')}`,
      lines: [3],
      fixed: `function log(x) { console.log(x); }\n${code('log(xs);')}`,
    },
    { name: 'a constant', code: code('await 1;'), lines: [2] },
  ],
});
