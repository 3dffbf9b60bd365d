import { testRule } from './harness.ts';

const code = (body: string): string => `import fs from 'node:fs';\nexport function f(p, cb) {\n  ${body}\n}`;

testRule('no-throw-in-async-callback', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: `import fs from 'node:fs';\nexport function f() { fs.mkdir('a', (e) => { if (e) throw e; }); }`,
      options: [{ where: 'served' }],
    },
    {
      name: 'what does nothing but throw: the process is meant to end',
      code: `export const f = (load) => load().catch((error) => { process.nextTick(() => { throw error; }); });`,
    },
    {
      name: 'given to the callback',
      code: code('fs.stat(p, (e, s) => { if (e) return cb(e); cb(null, s); });'),
    },
    { name: 'caught', code: code('fs.stat(p, (e, s) => { try { if (e) throw e; } catch (x) { cb(x); } });') },
    {
      name: 'a callback that runs at once',
      code: code('return p.map((x) => { if (!x) throw new Error("x"); return x; });'),
    },
    {
      name: 'start-up',
      code: 'import fs from "fs";\nfs.readFile("a", (e, d) => { if (e) throw e; use(d); });',
    },
    {
      name: 'thrown again after a word',
      code: 'setTimeout(() => { try { work(); } catch (e) { log(e); throw e; } }, 1);\nexport function f() { setTimeout(() => { try { work(); } catch (e) { log(e); throw e; } }, 1); }',
    },
    {
      name: 'an async function',
      code: 'import fs from "fs";\nexport function f(p) { fs.stat(p, async (e) => { if (e) throw e; }); }',
    },
  ],
  invalid: [
    {
      name: 'an error made there',
      code: `export const f = () => { process.nextTick(() => { throw new Error('late'); }); };`,
      lines: [1],
    },
    {
      name: 'a callback',
      code: code('fs.stat(p, (e, s) => { if (e) throw e; cb(null, s); });'),
      lines: [3],
      message: 'give it to the callback',
    },
    {
      name: 'in new Promise',
      code: code(
        'return new Promise((resolve) => { fs.stat(p, (e, s) => { if (e) throw e; resolve(s); }); });',
      ),
      lines: [3],
      message: 'reject()',
    },
    { name: 'a timer', code: code('setTimeout(() => { throw new Error("late"); }, p);'), lines: [3] },
    {
      name: 'process.nextTick',
      code: 'export function f(x) {\n  process.nextTick(() => { if (!x) throw new Error("no x"); });\n}',
      lines: [2],
    },
    {
      name: 'a function',
      code: 'import { readFile } from "fs";\nexport function f(p, done) {\n  readFile(p, function (e, d) { if (e) throw e; done(null, d); });\n}',
      lines: [3],
      confidence: 'certain',
    },
    {
      name: 'another error from a catch',
      code: 'export function f(x) {\n  setImmediate(() => { try { g(x); } catch (e) { throw new Error("failed"); } });\n}',
      lines: [2],
      message: 'use the form with promises',
    },
  ],
});
