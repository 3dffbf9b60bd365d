import { testRule } from './harness.ts';

testRule('no-sync-zlib', {
  valid: [
    { name: 'start-up', code: `import zlib from 'zlib';\nconst page = zlib.gzipSync('a');` },
    {
      name: 'a stream',
      code: `import zlib from 'zlib';\nexport async function f() { return zlib.createGzip(); }`,
    },
    {
      name: 'the asynchronous form',
      code: 'import zlib from "zlib";\nexport async function f(b, cb) { zlib.gzip(b, cb); }',
    },
    {
      name: 'a function of our own',
      code: 'import { gzipSync } from "./zip.js";\nexport async function f(b) { return gzipSync(b); }',
    },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport { gzipSync } from "zlib";\nexport async function f(b) { return gzipSync(b); }',
    },
    {
      name: 'a test',
      file: 'zip.spec.ts',
      code: 'import { gzipSync } from "zlib";\nexport async function f(b) { return gzipSync(b); }',
    },
  ],
  invalid: [
    {
      name: 'an async function',
      code: `import * as zlib from 'node:zlib';\nexport async function f(b) {\n  return zlib.gzipSync(b).length;\n}`,
      lines: [3],
      fixed: `import { promisify } from 'node:util';\nimport * as zlib from 'node:zlib';\nexport async function f(b) {\n  return (await promisify(zlib.gzip)(b)).length;\n}`,
    },
    {
      name: 'pako',
      code: `import pako from 'pako';\nimport http from 'http';\nhttp.createServer((q, s) => s.end(pako.deflate('a')));`,
      lines: [3],
      message: 'pako deflate',
    },
    {
      name: 'in a handler',
      code: 'import { brotliCompressSync } from "zlib";\nimport http from "http";\nhttp.createServer((q, s) => s.end(brotliCompressSync(q.url)));',
      lines: [3],
      message: 'HTTP request',
    },
    {
      name: 'in any function, where asked',
      options: [{ breadth: 'any' }],
      code: 'import { inflateSync } from "zlib";\nexport function f(b) { return inflateSync(b); }',
      lines: [2],
    },
    {
      name: 'in what serves only',
      options: [{ breadth: 'handler' }],
      code: 'import { gzipSync } from "zlib";\nexport async function f(b) { gzipSync(b); }\nrequire("http").createServer((q, s) => s.end(gzipSync("b")));',
      lines: [3],
    },
    {
      name: "a program's own event, where asked",
      options: [{ events: 'any' }],
      code: 'import { gzipSync } from "zlib";\nconfig.on("changed", (b) => { gzipSync(b); });',
      lines: [2],
    },
  ],
});
