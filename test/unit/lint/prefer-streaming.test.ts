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
  ],
});
