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
    {
      name: 'sorted by hand',
      code: 'export async function f(xs) {\n  const out = [];\n  await Promise.all(xs.map(async (x) => { out.push(await g(x)); }));\n  return out.toSorted();\n}',
    },
    {
      name: 'a map by key',
      code: 'export async function f(xs) {\n  const out = {};\n  await Promise.all(xs.map(async (x) => { out[x] = await g(x); }));\n  return out;\n}',
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
    {
      name: 'allSettled',
      code: 'export async function f(xs) {\n  const out = [];\n  await Promise.allSettled(xs.map(async (x) => { out.push(await g(x)); }));\n  return out;\n}',
      lines: [3],
    },
    {
      name: 'a function',
      code: 'export async function f(xs) {\n  const out = [];\n  await Promise.all(xs.map(async function (x) { const y = await g(x); out.push(y); }));\n  return out;\n}',
      lines: [3],
      message: 'keeps the order',
    },
    {
      name: 'under a condition',
      code: 'export async function f(xs) {\n  const bad = [];\n  await Promise.all(xs.map(async (x) => { if (!(await g(x))) bad.push(x); }));\n  return bad;\n}',
      lines: [3],
      message: 'bad gets its elements',
    },
    {
      name: 'a list of the module',
      code: 'const seen = [];\nexport async function f(xs) {\n  await Promise.all(xs.map(async (x) => { await g(x); seen.push(x); }));\n}',
      lines: [3],
    },
  ],
});
