import { testRule } from './harness.ts';

const loop = (body: string): string =>
  `export async function f(rows) {\n  for (const row of rows) {\n    ${body}\n  }\n}`;

testRule('no-query-in-loop', {
  valid: [
    {
      name: 'until one fits',
      code: `export async function f(slugs) { for (const slug of slugs) { const found = await db.tags.findOne({ slug }); if (found) return found; } }`,
    },
    {
      name: 'only where something failed',
      code: `export async function f(docs) { for (const doc of docs) { try { await save(doc); } catch { await db.docs.findOne({ id: doc.id }); } } }`,
    },
    { name: 'outside loops', code: 'export const f = (id) => db.users.findOne({ id });' },
    {
      name: 'pages',
      code: 'export async function f() { for (let page = 0; ; page++) { const r = await db.users.findMany({ skip: page }); if (!r.length) return; } }',
    },
    { name: 'an array', code: loop('use(rows.find((r) => r.id === row.id));') },
    { name: 'a Map', code: loop('use(byId.get(row.id));') },
    { name: 'writes', code: loop('await db.users.updateOne({ id: row.id });') },
  ],
  invalid: [
    {
      name: 'an arrow function, and a part of each row',
      code: 'export const f = async (rows) => {\n  for (const { id } of rows) use(await db.users.findUnique({ where: { id } }));\n};',
      lines: [2],
    },
    {
      name: 'an ORM',
      code: loop('use(await db.users.findUnique({ where: { id: row.id } }));'),
      lines: [3],
      message: 'findUnique() asks the database once',
    },
    {
      name: 'SQL',
      code: loop('use(await pool.query("SELECT * FROM t WHERE id = $1", [row.id]));'),
      lines: [3],
      message: 'ANY($1)',
    },
    {
      name: 'in a map',
      code: 'export const f = (rows) => Promise.all(rows.map((row) => User.findById(row.id)));',
      lines: [1],
      message: 'every element',
    },
    {
      name: 'redis',
      code: `import Redis from 'ioredis';\nconst redis = new Redis();\n${loop('const key = `u:${row.id}`;\n    use(await redis.get(key));')}`,
      lines: [6],
      message: 'mget',
    },
  ],
});
