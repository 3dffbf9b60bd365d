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
  ],
});
