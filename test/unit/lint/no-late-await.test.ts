import { testRule } from './harness.ts';

const code = (body: string): string =>
  `async function load(x) { return await db.get(x); }\nexport async function f(x) {\n  ${body}\n}`;

testRule('no-late-await', {
  valid: [
    { name: 'awaited next', code: code('const p = load(1); prepare(); return await p;') },
    { name: 'handled', code: code('const p = load(1).catch(log); await load(2); return await p;') },
    {
      name: 'allSettled',
      code: code('const p = Promise.allSettled([load(1)]); await load(2); return await p;'),
    },
    {
      name: 'used elsewhere, too',
      code: code('const p = load(1); p.catch(() => {}); await load(2); return await p;'),
    },
    { name: 'unknown', code: code('const p = theirs(1); await load(2); return await p;') },
    {
      name: 'both together',
      code: 'async function load(x) { return await db.get(x); }\nexport async function f() { const p = load(1); const q = load(2); return await Promise.all([p, q]); }',
    },
  ],
  invalid: [
    {
      name: 'another await between',
      code: code('const p = load(1);\n  const q = await load(2);\n  return [q, await p];'),
      lines: [3],
      message: 'only in line 5',
      confidence: 'likely',
    },
    {
      name: 'fetch',
      code: 'export async function f(x) {\n  const p = fetch(x);\n  await g();\n  return await p;\n}',
      lines: [2],
      message: 'p is begun here',
    },
    {
      name: 'a loop between',
      code: 'export async function f(xs) {\n  const p = fetch("a");\n  for (const x of xs) await g(x);\n  const y = await p;\n  return y;\n}',
      lines: [2],
    },
    {
      name: 'a method of the class',
      code: 'export class A {\n  async load() { return await g(); }\n  async run() {\n    const p = this.load();\n    await h();\n    await p;\n  }\n}',
      lines: [4],
      message: 'only in line 6',
    },
    {
      name: 'a condition between',
      code: 'export async function f(x) {\n  const p = fetch(x);\n  if (x.slow) await g();\n  return await p;\n}',
      lines: [2],
    },
    {
      name: 'in an arrow function',
      code: 'const load = async (x) => await db.get(x);\nexport const f = async (x) => {\n  const p = load(x);\n  await g();\n  await p;\n};',
      lines: [3],
      confidence: 'likely',
    },
  ],
});
