import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import { promisify } from 'node:util';\nimport crypto from 'node:crypto';\nimport fs from 'node:fs/promises';\nconst scrypt = promisify(crypto.scrypt);\nexport async function f(users) {\n  ${body}\n}`;

testRule('no-threadpool-flood', {
  valid: [
    { name: 'one', code: code('return await scrypt(users[0], "s", 64);') },
    { name: 'a few', code: code('return await Promise.all(["a", "b"].map((x) => scrypt(x, "s", 64)));') },
    {
      name: 'a slice',
      code: code('return await Promise.all(users.slice(0, 4).map((x) => scrypt(x, "s", 64)));'),
    },
    { name: 'no work for the pool', code: code('return await Promise.all(users.map((x) => fetch(x)));') },
    { name: 'files', code: code('return await Promise.all(users.map((x) => fs.readFile(x)));') },
  ],
  invalid: [
    {
      name: 'in an arrow function with a block',
      code: code(
        'return await Promise.all(users.map(async (x) => { const key = await scrypt(x, "s", 64); return key.toString("hex"); }));',
      ),
      lines: [6],
    },
    {
      name: 'settled instead of all',
      code: code('return await Promise.allSettled(users.map((x) => scrypt(x, "s", 64)));'),
      lines: [6],
    },
    {
      name: 'promisified',
      code: code('return await Promise.all(users.map((x) => scrypt(x, "s", 64)));'),
      lines: [6],
      message: 'crypto.scrypt()',
      fixed: `import { Readable } from 'node:stream';\n${code('return await Readable.from(users).map((x) => scrypt(x, "s", 64), { concurrency: 4 }).toArray();')}`,
    },
    {
      name: 'one step away',
      code: `${code('return await Promise.all(users.map((x) => hash(x)));')}\nasync function hash(x) { return await scrypt(x, "s", 64); }`,
      lines: [6],
    },
    {
      name: 'files, on request',
      options: [{ files: 'report' }],
      code: code('return await Promise.all(users.map((x) => fs.readFile(x)));'),
      lines: [6],
    },
  ],
});
