import { testRule } from './harness.ts';

const code = (now: string): string =>
  `import fs from 'node:fs';\nexport function f(x, cb) {\n  if (!x) ${now};\n  fs.stat(x, (e, s) => cb(e, s));\n}`;

testRule('no-sometimes-sync-callback', {
  valid: [
    { name: 'put off', code: code('return process.nextTick(cb, null)') },
    { name: 'always at once', code: 'export function f(x, cb) { if (x) return cb(x); cb(null); }' },
    {
      name: 'always later',
      code: 'import fs from "fs";\nexport function f(x, cb) { fs.stat(x, (e) => { if (e) return cb(e); cb(null); }); }',
    },
    {
      name: 'an async function',
      code: 'import fs from "fs";\nexport async function f(x, cb) { if (!x) return cb(); fs.stat(x, (e) => cb(e)); }',
    },
    {
      name: 'put off by setImmediate',
      code: 'import fs from "fs";\nexport function f(x, cb) { if (!x) return setImmediate(cb); fs.stat(x, (e) => cb(e)); }',
    },
    {
      name: 'next of a middleware',
      code: 'import fs from "fs";\nexport function f(req, res, next) { if (!req.x) return next(); fs.stat(req.x, (e) => next(e)); }',
    },
  ],
  invalid: [
    {
      name: 'both',
      code: code('return cb(null, 1)'),
      lines: [3],
      message: 'later in line 4',
      fixed: code('return process.nextTick(cb, null, 1)'),
    },
    {
      name: 'a timer',
      code: 'export function f(x, callback) {\n  if (!x) return callback();\n  setTimeout(() => callback(null, x), 10);\n}',
      lines: [2],
      fixed:
        'export function f(x, callback) {\n  if (!x) return process.nextTick(callback);\n  setTimeout(() => callback(null, x), 10);\n}',
    },
    {
      name: 'an arrow function',
      code: 'import { lookup } from "dns";\nexport const f = (x, done) => {\n  if (cache[x]) return done(null, cache[x]);\n  lookup(x, (e, y) => done(e, y));\n};',
      lines: [3],
      message: 'later in line 4',
    },
    {
      name: 'the callback handed over',
      code: 'import fs from "fs";\nexport function f(x, cb) {\n  if (!x) { cb(null); return; }\n  setImmediate(() => fs.stat(x, cb));\n}',
      lines: [3],
    },
    {
      name: 'a method',
      code: 'import zlib from "zlib";\nexport const api = {\n  pack(x, cb) {\n    if (x === "") return cb(null, x);\n    zlib.gzip(x, (e, y) => cb(e, y));\n  },\n};',
      lines: [4],
    },
    {
      name: 'an error at once',
      code: 'import fs from "fs";\nexport function f(x, cb) {\n  if (!x) return cb(new Error("no name"));\n  fs.readFile(x, (e, d) => cb(e, d));\n}',
      lines: [3],
      message: 'process.nextTick',
    },
  ],
});
