import { testRule } from './harness.ts';

testRule('promise-function-async', {
  valid: [
    { name: 'async', code: 'export async function f(x) { return fetch(x); }' },
    { name: 'no promise', code: 'export function f(x) { return g(x); }' },
    { name: 'only on some ways', code: 'export function f(x) { if (x) return 1; return fetch(x); }' },
    { name: 'a short arrow function', code: 'export const f = (x) => fetch(x);' },
    { name: 'a generator', code: 'export function* f() { yield fetch(1); }' },
    { name: 'a getter', code: 'export class A { get x() { return fetch(1); } }' },
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
    {
      name: 'a method, without a fix',
      code: 'export class A {\n  load(x) { g(); return fetch(x); }\n}',
      lines: [2],
      message: 'A.load',
      fixed: null,
    },
    {
      name: 'a function expression',
      code: 'export const f = function (x) { g(); return fetch(x); };',
      lines: [1],
      fixed: 'export const f = async function (x) { g(); return fetch(x); };',
    },
    {
      name: 'a new promise',
      code: 'export function f(x) { check(x); return new Promise((r) => setTimeout(r, x)); }',
      lines: [1],
      message: 'f gives a promise',
    },
    {
      name: 'a chain',
      code: 'async function g() {}\nexport function f(x) { check(x); return g().then((y) => h(y)); }',
      lines: [2],
    },
  ],
});
