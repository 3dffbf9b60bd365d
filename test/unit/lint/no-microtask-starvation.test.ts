import { testRule } from './harness.ts';

testRule('no-microtask-starvation', {
  valid: [
    { name: 'nextTick of another function', code: 'export function f(cb) { process.nextTick(cb); }' },
    { name: 'setImmediate', code: 'export function f() { work(); setImmediate(f); }' },
    {
      name: 'a loop that awaits something',
      code: 'export async function f(s) { while (!s.done) await s.next(); }',
    },
    {
      name: 'a loop that works',
      code: 'export async function f(q) { while (q.length) { handle(q.pop()); await null; } }',
    },
    {
      name: 'a nextTick of our own',
      code: 'const process = { nextTick(f) {} };\nexport function f() { process.nextTick(f); }',
    },
  ],
  invalid: [
    {
      name: 'a function that is a value',
      code: 'export const spin = () => {\n  work();\n  process.nextTick(spin);\n};',
      lines: [3],
    },
    {
      name: 'queueMicrotask of itself',
      code: 'export function f() {\n  work();\n  queueMicrotask(f);\n}',
      lines: [3],
    },
    {
      name: 'nextTick of itself',
      code: 'export function f() {\n  work();\n  process.nextTick(f);\n}',
      lines: [3],
      fixed: 'export function f() {\n  work();\n  setImmediate(f);\n}',
    },
    {
      name: 'queueMicrotask around itself',
      code: 'function f() { queueMicrotask(() => f()); }\nf();',
      lines: [1],
    },
    {
      name: 'a loop that only waits for a flag',
      code: 'export async function f(s) { while (!s.done) { await Promise.resolve(); } }',
      lines: [1],
      message: 'may never happen',
    },
  ],
});
