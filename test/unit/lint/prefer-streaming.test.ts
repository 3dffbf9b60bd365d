import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import fs from 'node:fs';\nimport http from 'node:http';\nhttp.createServer(async (req, res) => {\n  ${body}\n});`;

testRule('prefer-streaming', {
  valid: [
    { name: 'a constant file', code: handler('res.end(await fs.promises.readFile("index.html"));') },
    {
      name: 'content that is used',
      code: handler('const t = await fs.promises.readFile(req.url); res.end(t.toString());'),
    },
    {
      name: 'content used twice',
      code: handler('const t = await fs.promises.readFile(req.url); log(t); res.end(t);'),
    },
    {
      name: 'not in a handler',
      code: `import fs from 'node:fs';\nexport const f = async (p, res) => res.end(await fs.promises.readFile(p));`,
    },
    {
      name: 'a constant of the module',
      code: "import fs from 'fs';\nimport http from 'http';\nconst PAGE = 'index.html';\nhttp.createServer(async (req, res) => { res.end(await fs.promises.readFile(PAGE)); });",
    },
    {
      name: 'a stream',
      code: "import fs from 'fs';\nimport http from 'http';\nhttp.createServer((req, res) => { fs.createReadStream(req.url).pipe(res); });",
    },
  ],
  invalid: [
    {
      name: 'sent at once',
      code: handler('res.end(await fs.promises.readFile(req.url));'),
      lines: [4],
      message: 'createReadStream(path), res',
    },
    {
      name: 'sent by name',
      code: handler('const t = await fs.promises.readFile(req.url); res.end(t);'),
      lines: [4],
    },
    {
      name: 'sent in a callback',
      code: handler('fs.readFile(req.url, (err, data) => { if (err) throw err; res.end(data); });'),
      lines: [4],
    },
    {
      name: 'synchronously',
      code: "import fs from 'fs';\nimport http from 'http';\nhttp.createServer((req, res) => {\n  res.end(fs.readFileSync(req.url));\n});",
      lines: [4],
      message: 'The whole file is in memory',
    },
    {
      name: 'of express',
      code: "import { readFile } from 'fs/promises';\nimport express from 'express';\nconst app = express();\napp.get('/f/:name', async (req, res) => {\n  res.status(200).send(await readFile(req.params.name));\n});",
      lines: [5],
    },
    {
      name: 'the body of koa',
      code: "import fs from 'fs';\nimport Koa from 'koa';\nconst app = new Koa();\napp.use(async (ctx) => {\n  ctx.body = await fs.promises.readFile(ctx.path);\n});",
      lines: [5],
      message: 'the response',
    },
  ],
});
