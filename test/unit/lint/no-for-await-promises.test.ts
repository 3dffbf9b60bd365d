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
  ],
});
