import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(xs) {\n  ${body}\n}`;

testRule('no-async-array-callback', {
  valid: [
    {
      name: 'functions in which nothing fails',
      code: `async function add(one) { list.push(one); }\nexport function f(all) { all.forEach((one) => add(one)); all.forEach(async (one) => { try { await one.end(); } catch { } }); }`,
    },
    {
      name: 'what is stopped',
      code: `async function end(one) { await one.close(); }\nexport function stopAll(all) { all.forEach(end); }`,
    },
    {
      name: 'a map that is awaited',
      code: code('return await Promise.all(xs.map(async (x) => await g(x)));'),
    },
    { name: 'a plain function', code: code('return xs.filter((x) => x > 1);') },
    {
      name: 'a reduce that awaits',
      code: code('return xs.reduce(async (all, x) => { (await all).push(x); return all; }, []);'),
    },
    {
      name: 'a stream',
      code: `import { Readable } from 'node:stream';\n${code('return Readable.from(xs).filter(async (x) => await g(x));')}`,
    },
    { name: 'an unknown function', code: code('xs.forEach(theirs);') },
    {
      name: 'all wait',
      code: 'export async function f(a, b) { await Promise.all(a.map(async (x) => await g(x))); }',
    },
  ],
  invalid: [
    {
      name: 'filter',
      code: code('return xs.filter(async (x) => await g(x));'),
      lines: [2],
      message: 'filter() does not wait',
      confidence: 'certain',
    },
    { name: 'sort', code: code('xs.sort(async (a, b) => await g(a, b));'), lines: [2], message: 'order' },
    {
      name: 'forEach',
      code: code('xs.forEach(async (x) => { await g(x); });'),
      lines: [2],
      fixed: code('for (const x of xs) { await g(x); }'),
    },
    {
      name: 'forEach with an index',
      code: code('xs.forEach(async (x, i) => { await g(x, i); });'),
      lines: [2],
      fixed: null,
    },
    {
      name: 'a function by name',
      code: `async function g(x) { await h(x); }\n${code('xs.forEach(g);')}`,
      lines: [3],
    },
    {
      name: 'a map that is dropped',
      code: code('xs.map(async (x) => await g(x));'),
      lines: [2],
      fixed: code('await Promise.all(xs.map(async (x) => await g(x)));'),
    },
    {
      name: 'a reduce that does not await',
      code: code('return xs.reduce(async (all, x) => { all.push(await g(x)); return all; }, []);'),
      lines: [2],
      message: 'accumulator',
    },
  ],
});
