import { testRule } from './harness.ts';

testRule('no-blocking-api', {
  valid: [
    { name: 'a sync method of something else', code: `export async function f(db) { return db.sync(); }` },
    { name: 'start-up', code: `import glob from 'glob';\nconst files = glob.sync('*');` },
    {
      name: 'an embedded database, often the right choice',
      code: `import Database from 'better-sqlite3';\nconst db = new Database('a');\nexport async function f() { return db.prepare('SELECT 1').all(); }`,
    },
    {
      name: 'a package of that name that is not known',
      code: 'import { sync } from "globbed";\nexport async function f() { sync("*"); }',
    },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport glob from "glob";\nexport async function f() { glob.sync("*"); }',
    },
    { name: 'start-up', code: 'import glob from "glob";\nconst files = glob.sync("*");' },
  ],
  invalid: [
    {
      name: 'anywhere, on request',
      options: [{ breadth: 'any' }],
      code: `import { globSync } from 'glob';\nexport function f() { return globSync('*'); }`,
      lines: [2],
    },
    {
      name: 'in what comes seldom, on request',
      options: [{ events: 'any' }],
      code: `import { config } from './config.js';\nimport { globSync } from 'glob';\nconfig.on('changed', () => { use(globSync('*')); });`,
      lines: [3],
    },
    {
      name: 'glob',
      code: `import { globSync } from 'glob';\nexport async function f() { return globSync('*'); }`,
      lines: [2],
      message: 'glob globSync',
    },
    {
      name: 'a default import with a sync member',
      code: `import rimraf from 'rimraf';\nexport async function f() { rimraf.sync('a'); }`,
      lines: [2],
    },
    {
      name: 'Atomics.wait in a handler',
      code: `import http from 'http';\nhttp.createServer((q, s) => { Atomics.wait(cells, 0, 0); s.end(); });`,
      lines: [2],
      message: 'Atomics.wait',
    },
    {
      name: 'sync-request',
      code: `const request = require('sync-request');\nmodule.exports = async () => request('GET', 'x');`,
      lines: [2],
    },
    {
      name: 'better-sqlite3 on request, through a prepared statement',
      options: [{ tolerated: 'report' }],
      code: `import Database from 'better-sqlite3';\nconst db = new Database('a');\nconst all = db.prepare('SELECT 1');\nexport async function f() { return all.all(); }`,
      lines: [4],
    },
    {
      name: 'node:sqlite as a class member',
      options: [{ tolerated: 'report' }],
      code: `import { DatabaseSync } from 'node:sqlite';\nexport class A {\n  db = new DatabaseSync('a');\n  async f() { this.db.exec('VACUUM'); }\n}`,
      lines: [4],
    },
  ],
});
