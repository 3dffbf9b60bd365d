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
  ],
});
