import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import http from 'node:http';\nhttp.createServer(async (req, res) => {\nconst ids = (await load()).map((x) => x.id);\nconst rows = await list();\n${body}\n});`;

testRule('no-quadratic-loop', {
  valid: [
    {
      name: 'a list written down',
      code: handler('const kinds = ["a", "b"]; for (const x of ids) if (kinds.includes(x)) use(x);'),
    },
    {
      name: 'a string',
      code: handler('const text = read(); for (const x of ids) if (text.includes(x)) use(x);'),
    },
    {
      name: 'the list of the turn',
      code: handler('for (const x of rows) { const own = x.map(f); if (own.includes(1)) use(x); }'),
    },
    { name: 'outside loops', code: handler('res.end(String(ids.includes(1)));') },
    {
      name: 'a search that ends the loop',
      code: handler('for (const x of rows) { if (ids.includes(x)) return; }'),
    },
    {
      name: 'not served',
      code: 'export function f(rows) { const ids = g().map((x) => x); for (const r of rows) if (ids.includes(r)) use(r); }',
    },
    {
      name: 'a list that the program keeps itself',
      code: handler('const own = kinds().map((x) => x.id); for (const x of rows) use(own.includes(x));'),
    },
    {
      name: 'a copy for each of what may be a few',
      code: 'export const f = (xs) => xs.reduce((all, x) => ({ ...all, [x]: 1 }), {});',
    },
    {
      name: 'a reduce that changes in place',
      code: 'export const f = (xs) => xs.reduce((all, x) => { all.push(...x); return all; }, []);',
    },
  ],
  invalid: [
    {
      name: 'a search in every turn',
      code: handler('for (const x of rows) use(ids.includes(x));'),
      lines: [5],
      message: 'ids.includes()',
      confidence: 'likely',
      fixed: handler('const idsSet = new Set(ids);\nfor (const x of rows) use(idsSet.has(x));'),
    },
    {
      name: 'in a callback',
      code: handler('rows.forEach((x) => { use(ids.find((id) => id === x)); });'),
      lines: [5],
      fixed: null,
    },
    {
      name: 'shift as a queue',
      code: handler('while (ids.length) { const x = ids.shift(); use(x); }'),
      lines: [5],
      message: 'moves all other',
    },
    {
      name: 'an object copied, on request',
      options: [{ where: 'any' }],
      code: 'export const f = (xs) => xs.reduce((all, x) => ({ ...all, [x]: 1 }), {});',
      lines: [1],
      message: 'one object',
    },
    {
      name: 'a list copied, on request',
      options: [{ where: 'any' }],
      code: 'export const f = (xs) => xs.reduce((all, x) => [...all, x], []);',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'a copy for each row of a query',
      code: 'export const f = async () => (await list()).reduce((all, x) => ({ ...all, [x.id]: x }), {});',
      lines: [1],
      message: 'one object',
    },
    {
      name: 'anywhere, on request',
      options: [{ where: 'any' }],
      code: 'export function f(rows) { const ids = g().map((x) => x); for (const r of rows) use(ids.indexOf(r)); }',
      lines: [1],
    },
  ],
});
