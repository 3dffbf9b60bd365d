import { testRule } from './harness.ts';

testRule('no-promise-race-leak', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: `export const f = (p) => Promise.race([p, new Promise((_, reject) => setTimeout(reject, 10))]);`,
      options: [{ where: 'served' }],
    },
    {
      name: 'the process ends then',
      code: `export function end(flush) { Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, 2000))]).finally(() => process.exit(1)); }`,
    },
    {
      name: 'cleared',
      code: 'export async function f(p) { let t; const limit = new Promise((_, no) => { t = setTimeout(no, 1); }); try { return await Promise.race([p, limit]); } finally { clearTimeout(t); } }',
    },
    { name: 'no timer', code: 'export const f = (p, q) => Promise.race([p, q]);' },
    {
      name: 'a promise of this turn',
      code: 'export async function f(xs) { for (const x of xs) { const p = new Promise((r) => x.once("a", r)); await Promise.race([p, x.b()]); } }',
    },
    {
      name: 'a limit of the platform',
      code: 'export const f = (p) => Promise.race([p, AbortSignal.timeout(10)]);',
    },
    { name: 'a list by name', code: 'export const f = (ps) => Promise.race(ps);' },
    {
      name: 'all waits for every one',
      code: 'export const f = (p) => Promise.all([p, new Promise((r) => setTimeout(r, 1))]);',
    },
  ],
  invalid: [
    {
      name: 'a timer',
      code: 'export const f = (p) => Promise.race([p, new Promise((_, no) => setTimeout(no, 1000))]);',
      lines: [1],
      message: 'timer runs on',
    },
    {
      name: 'a timer by a function',
      code: 'const limit = (ms) => new Promise((_, no) => setTimeout(no, ms));\nexport const f = (p) => Promise.race([p, limit(10)]);',
      lines: [2],
    },
    {
      name: 'a promise of the module',
      code: 'const stopped = new Promise((r) => process.once("SIGTERM", r));\nexport const f = (p) => Promise.race([p, stopped]);',
      lines: [2],
      message: 'every call',
    },
    {
      name: 'a promise from before the loop',
      code: 'export async function f(x) { const end = new Promise((r) => x.once("end", r)); while (x.open) { await Promise.race([x.next(), end]); } }',
      lines: [1],
      message: 'every turn',
    },
    {
      name: 'by name',
      code: 'export async function f(p) {\n  const limit = new Promise((_, no) => { setTimeout(() => no(new Error("late")), 10); });\n  return await Promise.race([p, limit]);\n}',
      lines: [3],
      message: 'timer runs on',
    },
    {
      name: 'first in the list',
      code: 'export const f = (p) => Promise.race([new Promise((r) => setTimeout(r, 5)), p]);',
      lines: [1],
    },
  ],
});
