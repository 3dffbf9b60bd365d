import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nimport crypto from 'node:crypto';\nexport const f = (x) => ${body};`;

testRule('prefer-promisify', {
  valid: [
    {
      name: 'more than the value',
      code: code(
        'new Promise((resolve, reject) => fs.readFile(x, (e, d) => { if (e) reject(e); else resolve(d.length); }))',
      ),
    },
    {
      name: 'an error that is answered',
      code: code(
        'new Promise((resolve, reject) => fs.readFile(x, (e, d) => { if (e) resolve(null); else resolve(d); }))',
      ),
    },
    {
      name: 'an unknown function',
      code: code('new Promise((resolve, reject) => theirs(x, (e, d) => (e ? reject(e) : resolve(d))))'),
    },
    { name: 'events', code: code('new Promise((resolve, reject) => x.on("end", resolve))') },
    {
      name: 'two calls',
      code: 'import fs from "fs";\nexport const f = (x) => new Promise((resolve, reject) => { log(x); fs.stat(x, (e, s) => { if (e) reject(e); else resolve(s); }); });',
    },
    {
      name: 'exists, which gives no error',
      code: 'import fs from "fs";\nexport const f = (x) => new Promise((resolve, reject) => fs.exists(x, (e, y) => (e ? reject(e) : resolve(y))));',
    },
  ],
  invalid: [
    {
      name: 'if and else',
      code: code(
        'new Promise((resolve, reject) => { fs.readFile(x, "utf8", (e, d) => { if (e) reject(e); else resolve(d); }); })',
      ),
      lines: [3],
      message: 'fs.promises.readFile()',
      fixed: code('fs.promises.readFile(x, "utf8")'),
    },
    {
      name: 'a return',
      code: code('new Promise((res, rej) => fs.stat(x, (e, s) => { if (e) return rej(e); res(s); }))'),
      lines: [3],
      fixed: code('fs.promises.stat(x)'),
    },
    {
      name: 'a conditional',
      code: code(
        'new Promise((resolve, reject) => crypto.randomBytes(x, (e, d) => (e ? reject(e) : resolve(d))))',
      ),
      lines: [3],
      fixed: `import { promisify } from 'node:util';\n${code('promisify(crypto.randomBytes)(x)')}`,
    },
    {
      name: 'without a value',
      code: 'import fs from "fs";\nexport const f = (x) => new Promise((resolve, reject) => fs.unlink(x, (e) => (e ? reject(e) : resolve())));',
      lines: [2],
      fixed: 'import fs from "fs";\nexport const f = (x) => fs.promises.unlink(x);',
    },
    {
      name: 'a named import',
      code: 'import { lookup } from "dns";\nexport const f = (x) => new Promise((resolve, reject) => lookup(x, (e, y) => (e ? reject(e) : resolve(y))));',
      lines: [2],
      message: 'promisify(lookup)()',
    },
    {
      name: 'braces',
      code: 'import zlib from "zlib";\nexport const f = (x) => new Promise((resolve, reject) => {\n  zlib.gzip(x, (e, y) => { if (e) { reject(e); } else { resolve(y); } });\n});',
      lines: [2],
      confidence: 'likely',
    },
  ],
});
