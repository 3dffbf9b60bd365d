import { testRule } from './harness.ts';

const code = (body: string, after = ''): string =>
  `export async function f(xs) {\n  const out = [];\n  await Promise.all(xs.map(async (x) => { ${body} }));\n  ${after}return out;\n}`;

testRule('no-unordered-async', {
  valid: [
    { name: 'before the await', code: code('out.push(x); await g(x);') },
    { name: 'sorted', code: code('out.push(await g(x));', 'out.sort(); ') },
    { name: 'a list of its own', code: code('const own = []; own.push(await g(x)); return own;') },
    {
      name: 'one after the other',
      code: 'export async function f(xs) { const out = []; for (const x of xs) out.push(await g(x)); return out; }',
    },
  ],
  invalid: [
    {
      name: 'after the await',
      code: code('const y = await g(x); out.push(y);'),
      lines: [3],
      message: 'out gets its elements',
      confidence: 'possible',
    },
    { name: 'with the await', code: code('out.push(await g(x));'), lines: [3] },
  ],
});
