import { testRule } from './harness.ts';

const code = (body: string): string =>
  `async function load(x) { return await db.get(x); }\nexport async function f(x) {\n  ${body}\n}`;

testRule('missing-await', {
  valid: [
    {
      name: 'what somebody puts on a promise of his own',
      code: `export function read(input) {
  const done = new Promise((resolve, reject) => { input.on('error', (e) => { done.failedWith = done.failedWith || e; reject(e); }); });
  done.chunks = [];
  return done.chunks;
}`,
    },
    {
      name: 'in a test, which fails by itself',
      file: 'load.test.js',
      code: `async function load() { return { a: 1 }; }\nit('loads', () => { expect(load().a).toBe(1); });`,
    },
    {
      name: 'what promises of libraries have',
      code: `export const f = (adb) => adb.shell('ls').then((out) => out).timeout(1000).tap(console.log);`,
    },
    {
      name: 'a schema with a catch of its own',
      code: `import { z } from 'zod';\nconst limit = z.number().catch(5);\nexport const read = (value) => limit.parse(value);`,
    },
    { name: 'awaited', code: code('return (await load(x)).name;') },
    { name: 'then', code: code('return load(x).then((y) => y.name);') },
    { name: 'kept for later', code: code('const p = load(x); other(); return await p;') },
    { name: 'a field put on the promise', code: code('const p = load(x); p._id = 1; return p._id;') },
    { name: 'an unknown function', code: code('return theirs(x).name;') },
    {
      name: 'a child process beside the promise',
      code: `import { promisify } from 'node:util';\nimport { exec } from 'node:child_process';\nexport const f = () => promisify(exec)('ls').child;`,
    },
    {
      name: 'a chain of another library',
      code: "import Bluebird from 'bluebird';\nexport const f = (x) => Bluebird.resolve(x).then((y) => y.a).timeout(10);",
    },
    {
      name: 'a function that gives what another library makes',
      code: "import Promise from 'bluebird';\nfunction load(x) { return Promise.resolve(x).then((y) => y); }\nexport const f = (x) => load(x).timeout(10);",
    },
  ],
  invalid: [
    {
      name: 'in a test, where tests are asked for',
      file: 'load.test.js',
      code: `async function load() { return { a: 1 }; }\nit('loads', () => { expect(load().a).toBe(1); });`,
      options: [{ tests: 'report' }],
      lines: [2],
    },
    {
      name: 'the same name, of an async function',
      code: `async function options() { return { timeout: 5 }; }\nexport const f = () => options().timeout;`,
      lines: [2],
    },
    {
      name: 'a member',
      code: code('return load(x).name;'),
      lines: [3],
      message: 'load() is a promise and has no name',
      fixed: code('return (await load(x)).name;'),
    },
    { name: 'arithmetic', code: code('return load(x) + 1;'), lines: [3] },
    { name: 'a comparison', code: code('return 1 < load(x);'), lines: [3], message: 'false' },
    { name: 'a template', code: code('return `${load(x)}`;'), lines: [3], message: '[object Promise]' },
    { name: 'a loop over it', code: code('for (const y of load(x)) use(y);'), lines: [3] },
    { name: 'destructured', code: code('const { name } = load(x); return name;'), lines: [3] },
    {
      name: 'through a name',
      code: code('const user = fetch(x); return user.status;'),
      lines: [3],
      message: 'user is a promise',
    },
  ],
});
