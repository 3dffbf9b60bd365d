import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nimport zlib from 'node:zlib';\nexport async function f(p, res) {\n  ${body}\n}`;

testRule('prefer-pipeline', {
  valid: [
    { name: 'pipeline', code: code('await pipeline(fs.createReadStream(p), res);') },
    { name: 'unknown', code: code('p.pipe(res);') },
    { name: 'at start-up', code: 'import fs from "fs";\nfs.createReadStream("a").pipe(process.stdout);' },
  ],
  invalid: [
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
  ],
});
