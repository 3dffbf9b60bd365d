import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(xs) { ${body} }`;

testRule('no-unsafe-all-settled', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: code('await Promise.allSettled(xs.map((x) => g(x)));'),
      options: [{ where: 'served' }],
    },
    {
      name: 'promises that others hold, too',
      code: `export class Pool { async invalidate() { await Promise.allSettled(this.operations); } }`,
    },
    {
      name: 'results that named functions look at',
      code: `const isFulfilled = (one) => one.status === 'fulfilled';\nexport async function f(list) { const results = await Promise.allSettled(list.map(load)); if (!results.every(isFulfilled)) throw new Error('no'); return results.map((one) => one.value); }`,
    },
    {
      name: 'promises that were begun elsewhere',
      code: `async function drain(jobs) { await Promise.allSettled([...jobs]); }`,
    },
    {
      name: 'status is read',
      code: code(
        'const r = await Promise.allSettled(xs.map((x) => g(x))); return r.filter((y) => y.status === "fulfilled").map((y) => y.value);',
      ),
    },
    {
      name: 'each handles its error',
      code: code('await Promise.allSettled(xs.map((x) => g(x).catch(log)));'),
    },
    { name: 'closing', code: code('await Promise.allSettled(xs.map((x) => x.close()));') },
    { name: 'handed on', code: code('return await Promise.allSettled(xs.map((x) => g(x)));') },
    {
      name: 'results handed on',
      code: code(
        'const r = await Promise.allSettled(xs.map((x) => g(x))); check(r); return r.map((y) => y.value);',
      ),
    },
  ],
  invalid: [
    {
      name: 'values of a destructured result',
      code: code(
        'const r = await Promise.allSettled(xs.map((x) => g(x))); return r.map(({ value }) => value);',
      ),
      lines: [1],
    },
    {
      name: 'dropped in an arrow function',
      code: 'export const f = async (xs) => { await Promise.allSettled(xs.map((x) => save(x))); };',
      lines: [1],
    },
    {
      name: 'dropped',
      code: code('await Promise.allSettled(xs.map((x) => g(x)));'),
      lines: [1],
      message: 'nobody will know',
    },
    {
      name: 'only the values',
      code: code('const r = await Promise.allSettled(xs.map((x) => g(x))); return r.map((y) => y.value);'),
      lines: [1],
      message: 'undefined',
    },
    {
      name: 'only the values, at once',
      code: code('return (await Promise.allSettled(xs.map((x) => g(x)))).map((y) => y.value);'),
      lines: [1],
    },
  ],
});
