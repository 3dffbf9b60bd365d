import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nexport async function f(x) {\n  ${body}\n}`;

testRule('prefer-promises', {
  valid: [
    { name: 'promises', code: code('await fs.promises.readFile(x);') },
    { name: 'wrapped', code: code('return await new Promise((r) => { fs.readFile(x, (e, d) => r(d)); });') },
    {
      name: 'in a plain function',
      code: 'import fs from "fs";\nexport function f(x, cb) { fs.readFile(x, (e, d) => cb(e, d)); }',
    },
    { name: 'a stream', code: code('fs.createReadStream(x, () => {});') },
  ],
  invalid: [
    {
      name: 'in an async function',
      code: code('fs.unlink(x, (e) => { if (e) throw e; });'),
      lines: [3],
      message: 'fs.promises.unlink()',
    },
    {
      name: 'anywhere, on request',
      options: [{ where: 'any' }],
      code: 'import { readFile } from "fs";\nexport function f(x, cb) { readFile(x, (e, d) => cb(e, d)); }',
      lines: [2],
      confidence: 'possible',
    },
  ],
});
