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
    {
      name: 'a callback handed on',
      code: 'import fs from "fs";\nexport async function f(x, cb) { fs.readFile(x, cb); }',
    },
    {
      name: 'a synchronous function',
      code: 'import fs from "fs";\nexport async function f(x) { fs.readFileSync(x, () => {}); }',
    },
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
    {
      name: 'named imports',
      code: 'import { mkdir } from "node:fs";\nexport async function f(x) {\n  mkdir(x, () => {});\n}',
      lines: [3],
      message: 'fs.promises.mkdir()',
    },
    {
      name: 'in a method',
      code: 'import fs from "fs";\nexport class A {\n  async f(x) { fs.writeFile(x, "a", (e) => { if (e) throw e; }); }\n}',
      lines: [3],
      confidence: 'likely',
    },
    {
      name: 'in an arrow function',
      code: 'const fs = require("fs");\nmodule.exports = async (x) => {\n  fs.stat(x, (e, s) => use(s));\n};',
      lines: [3],
    },
    {
      name: 'at module level, where asked',
      options: [{ where: 'any' }],
      code: 'import fs from "fs";\nfs.readFile("a", (e, d) => use(d));',
      lines: [2],
      message: 'has a form with promises',
    },
  ],
});
