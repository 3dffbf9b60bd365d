import { testRule } from './harness.ts';

testRule('no-return-in-finally', {
  valid: [
    { name: 'no return', code: 'export function f() { try { g(); } finally { h(); } return 1; }' },
    {
      name: 'in a function inside',
      code: 'export function f() { try { g(); } finally { run(() => { return 1; }); } }',
    },
    {
      name: 'a break of a loop inside',
      code: 'export function f() { try { g(); } finally { for (;;) { break; } } }',
    },
    {
      name: 'a promise that is waited for',
      code: 'export const f = (p) => p.finally(() => { return close(); });',
    },
    {
      name: 'a throw',
      code: 'export function f() { try { g(); } finally { if (bad()) throw new Error("x"); } }',
    },
    { name: 'a call in finally()', code: 'export const f = (p) => p.finally(() => close());' },
    {
      name: 'what a compiler makes of a loop',
      code: 'export function f(t) { let n, o = false; try { g(t); } catch (e) { o = true; n = e; } finally { try { if (t.return) { t.return(); return; } } finally { if (o) throw n; } } }',
    },
  ],
  invalid: [
    {
      name: 'a return',
      code: 'export function f() {\n try { g(); } finally {\n return 1; }\n}',
      lines: [3],
      confidence: 'certain',
    },
    {
      name: 'a continue',
      code: 'export function f(xs) { for (const x of xs) { try { g(x); } finally { continue; } } }',
      lines: [1],
    },
    {
      name: 'a value in finally()',
      code: 'export const f = (p) => p.finally(() => { return 1; });',
      lines: [1],
      message: 'ignored',
    },
    {
      name: 'a break',
      code: 'export function f(xs) { for (const x of xs) { try { g(x); } finally { break; } } }',
      lines: [1],
    },
    {
      name: 'under a condition',
      code: 'export async function f() {\n  try { await g(); }\n  finally { if (h()) return 1; }\n}',
      lines: [3],
      message: 'ends the finally block',
    },
    {
      name: 'a name in finally()',
      code: 'export const f = (p, x) => p.finally(() => { return x; });',
      lines: [1],
    },
  ],
});
