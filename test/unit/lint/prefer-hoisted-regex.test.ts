import { testRule } from './harness.ts';

testRule('prefer-hoisted-regex', {
  valid: [
    { name: 'a literal', code: 'export const f = (xs) => xs.map((x) => /a/.test(x));' },
    {
      name: 'at the top',
      code: 'const re = new RegExp("a");\nexport const f = (xs) => xs.map((x) => re.test(x));',
    },
    {
      name: 'a text that changes',
      code: 'export const f = (xs, y) => xs.map((x) => new RegExp(y).test(x));',
    },
    { name: 'once in a function', code: 'export const f = (x) => new RegExp("a").test(x);' },
    {
      name: 'a text of the turn',
      code: 'export const f = (xs) => xs.map((x) => new RegExp(`^${x}$`).test("a"));',
    },
    {
      name: 'a class of that name',
      code: 'class RegExp {}\nexport const f = (xs) => xs.map((x) => new RegExp("a"));',
    },
  ],
  invalid: [
    {
      name: 'in a callback',
      code: 'export const f = (xs) => xs.map((x) => new RegExp("a").test(x));',
      lines: [1],
      message: 'every turn',
      fixed: 'const PATTERN = new RegExp("a");\nexport const f = (xs) => xs.map((x) => PATTERN.test(x));',
    },
    {
      name: 'with state',
      code: 'export function f(xs) { for (const x of xs) use(new RegExp("a", "g").test(x)); }',
      lines: [1],
      fixed: null,
    },
    {
      name: 'in a handler',
      code: `const A = 'a';\nrequire('http').createServer((q, s) => { s.end(String(new RegExp(A + 'b').test(q.url))); });`,
      file: 'a.js',
      lines: [2],
      message: 'every request',
    },
    {
      name: 'called without new',
      code: 'export const f = (xs) => xs.filter((x) => RegExp("a").test(x));',
      lines: [1],
    },
    {
      name: 'flags',
      code: 'export const f = (xs) => xs.map((x) => new RegExp("a", "i").test(x));',
      lines: [1],
      fixed:
        'const PATTERN = new RegExp("a", "i");\nexport const f = (xs) => xs.map((x) => PATTERN.test(x));',
    },
    {
      name: 'in a timer',
      code: 'setInterval(() => { check(new RegExp("^a+$")); }, 10);',
      lines: [1],
      message: 'every request',
    },
  ],
});
