import { testRule } from './harness.ts';

testRule('no-promise-executor-return', {
  valid: [
    { name: 'a timer', code: 'export const f = () => new Promise((resolve) => setTimeout(resolve, 1));' },
    {
      name: 'leaving early',
      code: 'export const f = (x) => new Promise((resolve) => { if (x) return resolve(1); later(resolve); });',
    },
    {
      name: 'nothing',
      code: 'export const f = (x) => new Promise((resolve) => { if (x) return; resolve(1); });',
    },
    {
      name: 'in a function inside',
      code: 'export const f = () => new Promise((resolve) => { on((x) => { return x; }); resolve(1); });',
    },
    {
      name: 'undefined',
      code: 'export const f = (x) => new Promise((resolve) => { if (x) return undefined; resolve(1); });',
    },
    { name: 'another class', code: 'export const f = () => new Task((resolve) => 1);' },
  ],
  invalid: [
    {
      name: 'a promise',
      code: 'export const f = () => new Promise((resolve) => fetch("a").then((x) => resolve(x)));',
      lines: [1],
      message: 'thrown away',
      confidence: 'certain',
      fixed: null,
    },
    { name: 'a value', code: 'export const f = () => new Promise((resolve) => { return 1; });', lines: [1] },
    {
      name: 'a timer, on request',
      options: [{ calls: 'report' }],
      code: 'export const f = () => new Promise((resolve) => setTimeout(resolve, 1));',
      lines: [1],
      fixed: 'export const f = () => new Promise((resolve) => { setTimeout(resolve, 1); });',
    },
    {
      name: 'an object',
      code: 'export const f = () => new Promise((resolve) => ({ a: 1 }));',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'a name',
      code: 'export const f = (x) => new Promise((resolve) => { resolve(1); return x; });',
      lines: [1],
      message: 'thrown away',
    },
    {
      name: 'a promise, returned',
      code: 'export const f = (x) => new Promise((resolve) => { return fetch(x).then((y) => resolve(y)); });',
      lines: [1],
      message: 'not handled by anyone',
    },
  ],
});
