import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  ${body}\n});`;

testRule('no-unbounded-concurrency', {
  valid: [
    { name: 'a list written down', code: handler('await Promise.all(["a", "b"].map((u) => fetch(u)));') },
    { name: 'a slice', code: handler('await Promise.all(req.body.urls.slice(0, 5).map((u) => fetch(u)));') },
    { name: 'no request', code: handler('await Promise.all(req.body.urls.map((u) => check(u)));') },
    { name: 'a list of the program', code: handler('await Promise.all(servers.map((u) => fetch(u)));') },
    { name: 'start-up', code: 'await Promise.all(all.map((u) => fetch(u)));' },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nexport async function f(all) { await Promise.all(all.map((u) => fetch(u))); }',
    },
  ],
  invalid: [
    {
      name: 'a list of the client',
      code: handler('await Promise.all(req.body.urls.map((u) => fetch(u)));'),
      lines: [3],
      message: 'the client decides',
      fixed: `import { Readable } from 'node:stream';\n${handler('await Readable.from(req.body.urls).map((u) => fetch(u), { concurrency: 8 }).toArray();')}`,
    },
    {
      name: 'queries',
      code: handler(
        'const { ids } = req.body; await Promise.all(ids.map((id) => db.users.findOne({ id })));',
      ),
      lines: [3],
      message: 'findOne()',
    },
    {
      name: 'any list, on request',
      options: [{ lists: 'any' }],
      code: handler('await Promise.all(servers.map((u) => fetch(u)));'),
      lines: [3],
      confidence: 'possible',
    },
    {
      name: 'the results of a query',
      code: 'export async function f(db) {\n  const all = await db.users.find();\n  await Promise.all(all.map((u) => fetch(u.url)));\n}',
      lines: [3],
      message: 'nothing limits how long it is',
    },
    {
      name: "a bound of one's own",
      options: [{ limit: 3 }],
      code: "import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  await Promise.all(req.body.urls.map((u) => fetch(u)));\n});",
      lines: [3],
      message: 'fetch()',
      fixed:
        "import { Readable } from 'node:stream';\nimport http from 'node:http';\nhttp.createServer(async (req, res) => {\n  await Readable.from(req.body.urls).map((u) => fetch(u), { concurrency: 3 }).toArray();\n});",
    },
    {
      name: 'an async function',
      code: "import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  await Promise.all(req.body.ids.map(async (id) => { const r = await fetch(id); return r.json(); }));\n});",
      lines: [3],
    },
  ],
});
