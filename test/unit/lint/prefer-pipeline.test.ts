import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nimport zlib from 'node:zlib';\nexport async function f(p, res) {\n  ${body}\n}`;

testRule('prefer-pipeline', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: code('fs.createReadStream(p).pipe(res);'),
      options: [{ where: 'served' }],
    },
    {
      name: 'one of two has a listener',
      code: `import fs from 'node:fs';
export function save(req, path, done) {
  const file = req.pipe(fs.createWriteStream(path));
  file.on('error', done);
}`,
    },
    {
      name: 'both streams have a listener',
      code: `import fs from 'node:fs';
export const copy = (a, b) => new Promise((resolve, reject) => {
  const from = fs.createReadStream(a);
  const to = fs.createWriteStream(b);
  from.on('error', reject);
  to.on('error', reject);
  from.pipe(to);
});`,
    },
    {
      name: 'both streams have a listener, the last by what pipe gives',
      code: `import fs from 'node:fs';
export function save(req, path, done) {
  req.on('error', done);
  const file = req.pipe(fs.createWriteStream(path));
  file.on('error', done);
}`,
    },
    { name: 'pipeline', code: code('await pipeline(fs.createReadStream(p), res);') },
    { name: 'unknown', code: code('p.pipe(res);') },
    { name: 'at start-up', code: 'import fs from "fs";\nfs.createReadStream("a").pipe(process.stdout);' },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport fs from "fs";\nexport function f(p, out) { fs.createReadStream(p).pipe(out); }',
    },
    { name: 'a function of that name', code: 'export function f(a, b) { pipe(a, b); }' },
    {
      name: 'two arguments',
      code: 'import fs from "fs";\nexport function f(p, out) { fs.createReadStream(p).pipe(out, { end: false }); }',
    },
    {
      name: 'errors that are listened to',
      code: 'import fs from "fs";\nexport function f(p, out, fail) { fs.createReadStream(p).on("error", fail).pipe(out).on("error", fail); }',
    },
  ],
  invalid: [
    {
      name: 'a handler, where only what serves is asked for',
      code: `import fs from 'node:fs';\nimport http from 'node:http';\nhttp.createServer((req, res) => { fs.createReadStream('a').pipe(res); });`,
      options: [{ where: 'served' }],
      lines: [3],
    },
    {
      name: 'a listener of something else',
      code: `import fs from 'node:fs';
export function save(req, path, done) {
  done.on('error', console.error);
  const file = req.pipe(fs.createWriteStream(path));
  file.on('finish', done);
}`,
      lines: [4],
    },
    {
      name: 'a file',
      code: code('fs.createReadStream(p).pipe(res);'),
      lines: [4],
      message: 'pipeline(fs.createReadStream(p), res)',
      fixed: `import { pipeline } from 'node:stream/promises';\n${code('await pipeline(fs.createReadStream(p), res);')}`,
    },
    {
      name: 'a chain, once',
      code: code('fs.createReadStream(p).pipe(zlib.createGzip()).pipe(res);'),
      lines: [4],
    },
    {
      name: 'by name',
      code: code('const s = fs.createReadStream(p); return s.pipe(res);'),
      lines: [4],
      fixed: null,
    },
    { name: 'all, on request', options: [{ streams: 'any' }], code: code('p.pipe(res);'), lines: [4] },
    {
      name: 'what a child says',
      code: 'import { spawn } from "child_process";\nexport function f(res) {\n  const child = spawn("ls");\n  child.stdout.pipe(res);\n}',
      lines: [4],
    },
    {
      name: 'into a file',
      code: 'import fs from "fs";\nexport function f(req) { req.pipe(fs.createWriteStream("a")); }',
      lines: [2],
      message: 'leaks each time',
    },
  ],
});
