import { testRule } from './harness.ts';

testRule('no-busy-wait', {
  valid: [
    { name: 'work until a deadline', code: 'export function f(q) { while (Date.now() < end) q.step(); }' },
    {
      name: 'work while there is some',
      code: 'export function f(q) { while (q.length > 0 && Date.now() < end) { q.pop(); } }',
    },
    { name: 'an await', code: 'export async function f() { while (Date.now() < end) { await tick(); } }' },
    { name: 'a loop without a clock', code: 'export function f() { for (let i = 0; i < 9; i++); }' },
    { name: 'a Date of our own', code: 'export function f(Date) { while (Date.now() < end); }' },
    {
      name: 'a loop that awaits',
      code: 'export async function f(a, b) { while (Date.now() < a) await b(); }',
    },
  ],
  invalid: [
    {
      name: 'an empty body',
      code: 'export function sleep(ms) {\n  const end = Date.now() + ms;\n  while (Date.now() < end) {}\n}',
      lines: [3],
      confidence: 'certain',
    },
    {
      name: 'arithmetic to keep busy',
      code: 'export function f() { let x = 0; while (performance.now() - start < 10) x += Math.sqrt(x); }',
      lines: [1],
    },
    {
      name: 'do ... while with a name for the time',
      code: 'export function f() { let now; do { now = new Date().getTime(); } while (now < end); }',
      lines: [1],
    },
    {
      name: 'a for loop',
      code: 'export function f() { for (const s = Date.now(); Date.now() - s < 5;); }',
      lines: [1],
    },
    {
      name: 'performance.now',
      code: 'export function f(ms) { const start = performance.now(); while (performance.now() - start < ms) {} }',
      lines: [1],
    },
    { name: 'new Date', code: 'export function f(until) { while (new Date() < until); }', lines: [1] },
  ],
});
