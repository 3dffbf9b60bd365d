import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  ${body}\n});`;

testRule('require-backpressure', {
  valid: [
    {
      name: 'the answer is looked at',
      code: handler('for (const x of xs) if (!res.write(x)) await wait(res);'),
    },
    { name: 'drain', code: handler('for (const x of xs) { res.write(x); await once(res, "drain"); }') },
    { name: 'once', code: handler('res.write("x"); res.end();') },
    { name: 'no stream', code: handler('for (const x of xs) log.write(x);') },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport fs from "fs";\nexport function f(xs) { const out = fs.createWriteStream("a"); for (const x of xs) { out.write(x); } }',
    },
    {
      name: 'counted',
      code: "import fs from 'fs';\nexport function f(xs) { const out = fs.createWriteStream('a'); for (const x of xs) { out.write(x); if (out.writableLength > 9) stop(); } }",
    },
  ],
  invalid: [
    {
      name: 'a data listener',
      code: handler('file.on("data", (x) => { res.write(x); });'),
      lines: [3],
      message: 'res.write()',
      confidence: 'likely',
    },
    {
      name: 'for await',
      code: handler('for await (const x of rows) { res.write(x); }'),
      lines: [3],
      confidence: 'likely',
    },
    {
      name: 'a file in a loop',
      code: 'import fs from "fs";\nexport function f(xs) { const out = fs.createWriteStream("a"); for (const x of xs) { out.write(x); } out.end(); }',
      lines: [2],
      confidence: 'possible',
    },
    {
      name: 'a while loop',
      code: "import fs from 'fs';\nexport function f(next) {\n  const out = fs.createWriteStream('a');\n  let x;\n  while ((x = next())) { out.write(x); }\n}",
      lines: [5],
      message: 'the whole list',
    },
    {
      name: 'a function as listener',
      code: "import http from 'http';\nhttp.createServer((req, res) => {\n  source.on('data', function (x) { res.write(x); });\n});",
      lines: [3],
    },
    {
      name: 'a file in a data listener',
      code: "import fs from 'fs';\nexport function f(source) {\n  const out = fs.createWriteStream('a');\n  source.on('data', (x) => { out.write(x); });\n}",
      lines: [4],
      message: 'slower than what comes in',
    },
  ],
});
