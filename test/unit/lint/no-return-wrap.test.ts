import { testRule } from './harness.ts';

testRule('no-return-wrap', {
  valid: [
    { name: 'a plain function', code: 'export function f(x) { return Promise.resolve(x); }' },
    { name: 'a value', code: 'export async function f(x) { return x; }' },
    {
      name: 'in a try',
      code: 'export async function f(x) { try { return Promise.reject(x); } catch { return 1; } }',
    },
    { name: 'a generator', code: 'export async function* f(x) { return Promise.resolve(x); }' },
    { name: 'a rejection in a plain function', code: 'export function f(x) { return Promise.reject(x); }' },
    { name: 'all', code: 'export async function f(xs) { return Promise.all(xs); }' },
  ],
  invalid: [
    {
      name: 'resolve',
      code: 'export async function f(x) { return Promise.resolve(x); }',
      lines: [1],
      fixed: 'export async function f(x) { return x; }',
    },
    {
      name: 'reject',
      code: 'export async function f(x) { return Promise.reject(x); }',
      lines: [1],
      fixed: 'export async function f(x) { throw x; }',
    },
    {
      name: 'in then',
      code: 'export const f = (p) => p.then((x) => Promise.resolve({ x }));',
      lines: [1],
      fixed: 'export const f = (p) => p.then((x) => ({ x }));',
    },
    {
      name: 'nothing',
      code: 'export async function f() { return Promise.resolve(); }',
      lines: [1],
      fixed: 'export async function f() { return undefined; }',
    },
    {
      name: 'an arrow function',
      code: 'export const f = async (x) => Promise.resolve(x);',
      lines: [1],
      fixed: 'export const f = async (x) => x;',
    },
    {
      name: 'in catch',
      code: 'export const f = (p) => p.catch((e) => { return Promise.reject(e); });',
      lines: [1],
      fixed: 'export const f = (p) => p.catch((e) => { throw e; });',
    },
  ],
});
