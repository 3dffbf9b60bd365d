import { testRule } from './harness.ts';

testRule('no-floating-promises', {
  valid: [
    {
      name: 'in a test',
      file: 'a.test.ts',
      code: `import { it } from 'vitest';\nasync function check() { await x(); }\nit('a', () => { check(); });`,
    },
    {
      name: 'code of a page',
      code: `import { show } from './menu.css';\nasync function open() { await fetch('/'); }\nexport function press() { open(); }`,
    },
    {
      name: 'awaited',
      code: 'async function save() { await x(); }\nexport async function f() { await save(); }',
    },
    {
      name: 'returned, void, caught',
      code: 'async function save() { await x(); }\nexport function f() { void save(); save().catch(log); save().then(a, b); return save(); }',
    },
    { name: 'start-up', code: 'async function main() { await x(); }\nmain();' },
    { name: 'a function not known to be async', code: 'export function f(save) { save(); other(); }' },
    {
      name: 'a function that handles all of its errors',
      code: 'async function save() {\n  try { await x(); } catch (error) { log(error); }\n}\nexport function f() { save(); }',
    },
    { name: 'a generator', code: 'async function* pages() { yield 1; }\nexport function f() { pages(); }' },
    {
      name: 'a wrapped function',
      code: 'const save = debounce(async () => { await x(); });\nexport function f() { save(); }',
    },
  ],
  invalid: [
    {
      name: 'a function of the file',
      code: 'async function save() { await x(); }\nexport async function f() {\n  save();\n}',
      lines: [3],
      message: 'Nobody handles a rejection of save()',
      confidence: 'certain',
      fixed: 'async function save() { await x(); }\nexport async function f() {\n  await save();\n}',
    },
    {
      name: 'an arrow function',
      code: 'const save = async () => x();\nexport function f() { save(); }',
      lines: [2],
      fixed: null,
    },
    {
      name: 'a method',
      code: 'export class A {\n  async save() { await x(); }\n  f() { this.save(); }\n}',
      lines: [3],
    },
    {
      name: 'then without a second function',
      code: 'async function save() { await x(); }\nexport function f() { save().then(done).finally(end); }',
      lines: [2],
    },
    {
      name: 'fs.promises',
      code: `import fs from 'node:fs';\nexport function f() { fs.promises.writeFile('a', 'b'); }`,
      lines: [2],
      message: 'writeFile',
    },
    {
      name: 'a catch that throws again',
      code: 'async function save() { try { await x(); } catch (e) { throw wrap(e); } }\nexport function f() { save(); }',
      lines: [2],
    },
    {
      name: 'in a test, where asked',
      options: [{ tests: 'report' }],
      file: 'a.test.ts',
      code: `import { it } from 'vitest';\nasync function check() { await x(); }\nit('a', () => { check(); });`,
      lines: [3],
    },
  ],
});
