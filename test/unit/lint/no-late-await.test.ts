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
  ],
  invalid: [
    {
      name: 'another await between',
      code: code('const p = load(1);\n  const q = await load(2);\n  return [q, await p];'),
      lines: [3],
      message: 'only in line 5',
      confidence: 'likely',
    },
  ],
});
