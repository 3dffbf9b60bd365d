import { testRule } from './harness.ts';

testRule('no-sync-zlib', {
  valid: [
    { name: 'start-up', code: `import zlib from 'zlib';\nconst page = zlib.gzipSync('a');` },
    {
      name: 'a stream',
      code: `import zlib from 'zlib';\nexport async function f() { return zlib.createGzip(); }`,
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
  ],
});
