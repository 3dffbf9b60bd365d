import { testRule } from './harness.ts';

testRule('no-async-promise-executor', {
  valid: [
    {
      name: 'a plain function',
      code: 'export const f = () => new Promise((resolve) => setTimeout(resolve, 1));',
    },
    {
      name: 'a Promise of our own',
      code: 'class Promise {}\nexport const f = () => new Promise(async (resolve) => resolve(await g()));',
    },
    {
      name: 'another class',
      code: 'export const f = () => new Task(async (resolve) => resolve(await g()));',
    },
  ],
  invalid: [
    {
      name: 'an arrow function',
      code: 'export const f = () => new Promise(async (resolve) => resolve(await g()));',
      lines: [1],
      message: 'waits for ever',
      confidence: 'certain',
      fixed: null,
    },
    {
      name: 'a function',
      code: 'export const f = () => new Promise(async function (resolve) { resolve(await g()); });',
      lines: [1],
    },
    {
      name: 'without any await',
      code: 'export const f = () => new Promise(async (resolve) => { resolve(1); });',
      lines: [1],
      fixed: 'export const f = () => new Promise((resolve) => { resolve(1); });',
    },
  ],
});
