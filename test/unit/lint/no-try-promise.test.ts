import { testRule } from './harness.ts';

testRule('no-try-promise', {
  valid: [
    {
      name: 'a call that another rule tells of: the dropped promise of an async function',
      code: `async function save() { await fetch('/'); }\nexport function f() { try { save().finally(() => 5); } catch { console.error('no'); } }`,
    },
    {
      name: 'a try for what is thrown at once',
      code: `function f() { try { check(); return fetch('/').then(read); } catch (error) { return Promise.reject(error); } }`,
    },
    {
      name: 'nothing to reject',
      code: `function f() { try { check(); return Promise.resolve(); } catch (error) { log(error); } }`,
    },
    { name: 'awaited', code: 'export async function f() { try { await fetch("a"); } catch { g(); } }' },
    {
      name: 'with a catch of its own',
      code: 'export function f() { try { fetch("a").then(h).catch(g); } catch { g(); } }',
    },
    {
      name: 'a second argument',
      code: 'export function f() { try { fetch("a").then(h, g); } catch { g(); } }',
    },
    { name: 'no catch', code: 'export function f() { try { return fetch("a"); } finally { g(); } }' },
    { name: 'unknown', code: 'export function f() { try { theirs(); } catch { g(); } }' },
  ],
  invalid: [
    {
      name: 'in an arrow function',
      code: 'export const f = () => { try { return fetch("b").then((x) => x.json()); } catch { g(); } };',
      lines: [1],
    },
    {
      name: 'the promises of fs',
      code: 'import fs from "node:fs/promises";\nexport function f(p) { try { return fs.readFile(p); } catch { return undefined; } }',
      lines: [2],
    },
    {
      name: 'a chain',
      code: 'export function f() {\n  try { fetch("a").then((x) => h(x)); } catch { g(); }\n}',
      lines: [2],
      message: 'fetch()',
      fixed: null,
    },
    {
      name: 'returned',
      code: 'export function f() { try { return fetch("a"); } catch { g(); } }',
      lines: [1],
    },
    {
      name: 'in an async function',
      code: 'export async function f() { try { fetch("a"); } catch { g(); } }',
      lines: [1],
      fixed: 'export async function f() { try { await fetch("a"); } catch { g(); } }',
    },
  ],
});
