import { testRule } from './harness.ts';

testRule('no-swallowed-rejection', {
  valid: [
    { name: 'logged', code: 'export const f = (p) => p.catch((e) => log(e));' },
    { name: 'a value instead', code: 'export const f = (p) => p.catch(() => null);' },
    { name: 'a reason', code: 'export const f = (p) => p.catch(() => { /* best effort */ });' },
    { name: 'a try without await', code: 'export function f(x) { try { g(x); } catch {} }' },
  ],
  invalid: [
    {
      name: 'a chain',
      code: 'export const f = (p) => p.catch(() => {});',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'a try',
      code: 'export async function f(p) {\n  try { await p; }\n  catch {}\n}',
      lines: [3],
      message: 'awaited operation',
    },
  ],
});
