import { testRule } from './harness.ts';

const code = (callback: string): string =>
  `import fs from 'node:fs';\nexport function f(p, done) { fs.stat(p, ${callback}); }`;

testRule('handle-callback-err', {
  valid: [
    {
      name: 'random bytes, which are there',
      code: `import crypto from 'node:crypto';\nexport function f(client) { crypto.randomBytes(48, function (err, buf) { client.token = buf.toString('hex'); }); }`,
    },
    {
      name: 'the result tells that it failed',
      code: `require('child_process').execFile('npm', (err, stdout) => { if (!stdout) return fail(); use(stdout); });`,
    },
    { name: 'handled', code: code('(err, s) => { if (err) return done(err); done(null, s); }') },
    { name: 'handed on', code: code('(err, s) => { done(err, s); }') },
    { name: 'named as unused', code: code('(_, s) => { done(s); }') },
    { name: 'an unknown function', code: 'export function f(x) { x.each((e, s) => { use(s); }); }' },
    {
      name: 'a single parameter',
      code: 'import fs from "fs";\nexport function f(p) { fs.unlink(p, (err) => { g(); }); }',
    },
  ],
  invalid: [
    { name: 'ignored', code: code('(err, s) => { done(s); }'), lines: [2], message: 'stat() fails' },
    {
      name: 'anywhere, on request',
      options: [{ callbacks: 'any' }],
      code: 'export function f(x) { x.get((err, s) => { use(s); }); }',
      lines: [1],
    },
    {
      name: 'a function',
      code: 'import { readFile } from "fs";\nexport function f(p, g) { readFile(p, function (error, text) { g(text); }); }',
      lines: [2],
      message: 'error is never looked at',
    },
    {
      name: 'of a database',
      code: 'import pg from "pg";\nexport function f(g) { pg.connect("x", (err, client) => { g(client); }); }',
      lines: [2],
    },
    {
      name: 'of zlib',
      code: 'import zlib from "node:zlib";\nexport function f(b, g) { zlib.gunzip(b, (e, data) => { g(data.length); }); }',
      lines: [2],
      confidence: 'certain',
    },
    {
      name: 'of a child',
      code: 'import { exec } from "child_process";\nexport function f(g) { exec("ls", (err, out) => { g(out.trim()); }); }',
      lines: [2],
    },
  ],
});
