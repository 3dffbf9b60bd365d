import { testRule } from './harness.ts';

const code = (list: string): string =>
  `export async function f(xs) { for await (const x of ${list}) use(x); }`;

testRule('no-for-await-promises', {
  valid: [
    { name: 'a stream', code: code('xs') },
    { name: 'values', code: code('xs.map((x) => x + 1)') },
    {
      name: "a stream's map",
      code: `import { Readable } from 'stream';\n${code('Readable.from(xs).map(async (x) => await g(x))')}`,
    },
    {
      name: 'all',
      code: 'export async function f(xs) { for (const x of await Promise.all(xs.map(async (x) => x))) use(x); }',
    },
    {
      name: 'a generator',
      code: 'async function* g() { yield 1; }\nexport async function f() { for await (const x of g()) use(x); }',
    },
    {
      name: 'a list of one',
      code: 'export async function f() { for await (const x of [fetch(1)]) use(x); }',
    },
  ],
  invalid: [
    {
      name: 'a map',
      code: code('xs.map(async (x) => await g(x))'),
      lines: [1],
      fixed:
        'export async function f(xs) { for (const x of await Promise.all(xs.map(async (x) => await g(x)))) use(x); }',
    },
    { name: 'a list', code: code('[fetch(1), fetch(2)]'), lines: [1], message: 'a later one' },
    {
      name: 'by name',
      code: 'export async function f(xs) {\n  const all = xs.map((x) => fetch(x));\n  for await (const y of all) use(y);\n}',
      lines: [3],
    },
    {
      name: 'functions of the file',
      code: 'async function load(x) { return await g(x); }\nexport async function f() { for await (const x of [load(1), load(2)]) use(x); }',
      lines: [2],
      confidence: 'certain',
    },
    {
      name: 'a pattern',
      code: 'export async function f(xs) { for await (const { a } of xs.map(async (x) => await g(x))) use(a); }',
      lines: [1],
      fixed:
        'export async function f(xs) { for (const { a } of await Promise.all(xs.map(async (x) => await g(x)))) use(a); }',
    },
    {
      name: 'a map of a function of the file',
      code: 'export async function f(xs) {\n  for await (const y of xs.map(async function (x) { return await g(x); })) use(y);\n}',
      lines: [2],
    },
  ],
});
