import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import fs from 'node:fs';\nimport http from 'http';\nhttp.createServer(async (request, response) => {\n${body}\n});`;

testRule('no-unbounded-json', {
  valid: [
    {
      name: 'a body with a limit',
      code: handler(
        `let body = '';\nrequest.on('data', (c) => { body += c; if (body.length > 1e6) request.destroy(); });\nrequest.on('end', () => JSON.parse(body));`,
      ),
    },
    {
      name: 'a file at start-up',
      code: `import fs from 'fs';\nconst config = JSON.parse(fs.readFileSync('a', 'utf8'));`,
    },
    {
      name: 'a file that the request names',
      code: handler(`response.end(JSON.parse(await fs.promises.readFile(request.url)).a);`),
    },
    { name: 'a small value', code: handler(`response.end(JSON.stringify({ ok: true }));`) },
    {
      name: 'a limited query',
      code: handler(`const rows = await db.findAll({ limit: 10 });\nresponse.end(JSON.stringify(rows));`),
    },
    {
      name: 'Promise.all',
      code: handler(`const rows = await Promise.all(parts);\nresponse.end(JSON.stringify(rows));`),
    },
    {
      name: 'a copy of what the program keeps',
      code: handler(`const copy = JSON.parse(JSON.stringify(catalogue));\nresponse.end(copy.a);`),
    },
    {
      name: 'the answer of a service that was asked',
      code: handler(
        `let body = '';\nhttp.get(url, (res) => {\nres.on('data', (c) => { body += c; });\nres.on('end', () => JSON.parse(body));\n});`,
      ),
    },
    {
      name: 'a JSON of our own',
      code: `import { JSON } from './own.js';\n${handler(`JSON.parse(JSON.stringify(request.a));`)}`,
    },
    {
      name: 'an answer by another name',
      code: "require('http').createServer((q, s) => { const answer = ask(q.url); const chunks = []; answer.on('data', (c) => chunks.push(c)); answer.on('end', () => s.end(JSON.parse(Buffer.concat(chunks).toString()).a)); });",
    },
  ],
  invalid: [
    {
      name: 'a body to its end',
      code: handler(
        `let body = '';\nrequest.on('data', (c) => { body += c; });\nrequest.on('end', () => {\n  JSON.parse(body);\n});`,
      ),
      lines: [7],
      message: 'nothing limits body',
      confidence: 'likely',
    },
    {
      name: 'a body in chunks',
      code: handler(
        `const chunks = [];\nrequest.on('data', (c) => chunks.push(c));\nrequest.on('end', () => JSON.parse(Buffer.concat(chunks).toString()));`,
      ),
      lines: [6],
    },
    {
      name: 'the same file at every request',
      code: handler(
        `const prices = JSON.parse(await fs.promises.readFile('prices.json', 'utf8'));\nresponse.end(prices.a);`,
      ),
      lines: [4],
      message: 'Parse it once',
    },
    {
      name: 'a copy by way of JSON',
      code: handler(`const copy = JSON.parse(JSON.stringify(await catalogue()));\nresponse.end(copy.a);`),
      lines: [4],
      message: 'Copy only what changes.',
    },
    {
      name: 'a copy of anything, on request',
      options: [{ data: 'any' }],
      code: handler(`const copy = JSON.parse(JSON.stringify(catalogue));\nresponse.end(copy.a);`),
      lines: [4],
    },
    {
      name: 'a whole collection',
      code: handler(`const rows = await db.findAll();\nresponse.end(JSON.stringify(rows));`),
      lines: [5],
      confidence: 'possible',
    },
  ],
});
