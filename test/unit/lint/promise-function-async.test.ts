import { testRule } from './harness.ts';

testRule('promise-function-async', {
  valid: [
    { name: 'async', code: 'export async function f(x) { return fetch(x); }' },
    { name: 'no promise', code: 'export function f(x) { return g(x); }' },
    { name: 'only on some ways', code: 'export function f(x) { if (x) return 1; return fetch(x); }' },
    { name: 'a short arrow function', code: 'export const f = (x) => fetch(x);' },
  ],
  invalid: [
    {
      name: 'a function',
      code: 'export function f(x) { g(); return fetch(x); }',
      lines: [1],
      fixed: 'export async function f(x) { g(); return fetch(x); }',
    },
    {
      name: 'by its annotation',
      code: 'export const f = (x: string): Promise<string> => { g(); return h(x); };',
      lines: [1],
      fixed: 'export const f = async (x: string): Promise<string> => { g(); return h(x); };',
    },
  ],
});
