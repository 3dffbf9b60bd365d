import { testRule } from './harness.ts';

testRule('no-sync-crypto', {
  valid: [
    { name: 'start-up', code: `import crypto from 'crypto';\nconst key = crypto.scryptSync('a', 'b', 32);` },
    {
      name: 'cheap functions',
      code: `import crypto from 'crypto';\nexport async function f() { return crypto.randomFillSync(new Uint8Array(8)); }`,
    },
    {
      name: 'the asynchronous form',
      code: `import bcrypt from 'bcrypt';\nexport async function f(p) { return bcrypt.hash(p, 10); }`,
    },
    {
      name: 'a plain function within the breadth',
      options: [{ breadth: 'async' }],
      code: `import crypto from 'crypto';\nexport function f() { return crypto.scryptSync('a', 'b', 32); }`,
    },
    {
      name: 'a function of our own',
      code: 'import { hashSync } from "./own.js";\nexport async function f(x) { return hashSync(x); }',
    },
    { name: 'start-up', code: 'import crypto from "crypto";\nconst key = crypto.scryptSync("a", "b", 32);' },
  ],
  invalid: [
    {
      name: 'in what comes seldom, on request',
      options: [{ events: 'any' }],
      code: `import { config } from './config.js';\nimport crypto from 'crypto';\nconfig.on('changed', () => { use(crypto.scryptSync('a', 'b', 32)); });`,
      lines: [3],
    },
    {
      name: 'pbkdf2Sync in a handler',
      code: `import crypto from 'crypto';\nimport http from 'http';\nhttp.createServer(async (q, s) => {\n  s.end(crypto.pbkdf2Sync('a', 'b', 1e5, 64, 'sha512'));\n});`,
      lines: [4],
      message: 'HTTP request -> pbkdf2Sync',
      fixed: `import { promisify } from 'node:util';\nimport crypto from 'crypto';\nimport http from 'http';\nhttp.createServer(async (q, s) => {\n  s.end(await promisify(crypto.pbkdf2)('a', 'b', 1e5, 64, 'sha512'));\n});`,
    },
    {
      name: 'any function',
      options: [{ breadth: 'any' }],
      code: `import { scryptSync } from 'node:crypto';\nexport const f = (p) => scryptSync(p, 's', 32);`,
      lines: [2],
      confidence: 'possible',
    },
    {
      name: 'bcrypt',
      code: `const bcrypt = require('bcrypt');\nmodule.exports = async function f(p, h) { return bcrypt.compareSync(p, h); };`,
      lines: [2],
      fixed: `const bcrypt = require('bcrypt');\nmodule.exports = async function f(p, h) { return await bcrypt.compare(p, h); };`,
    },
    {
      name: 'bcryptjs, whose asynchronous form computes here too',
      code: `import bcrypt from 'bcryptjs';\nexport async function f(p) { return await bcrypt.hash(p, 10); }`,
      lines: [2],
      message: 'asynchronous form too',
      fixed: null,
    },
    {
      name: 'scryptSync in a handler',
      code: "import crypto from 'crypto';\nimport http from 'http';\nhttp.createServer((q, s) => s.end(crypto.scryptSync(q.url, 'a', 32)));",
      lines: [3],
    },
    {
      name: 'pbkdf2Sync in an async function',
      code: 'import { pbkdf2Sync } from "crypto";\nexport async function f(p) { return pbkdf2Sync(p, "a", 1e5, 64, "sha512"); }',
      lines: [2],
    },
  ],
});
