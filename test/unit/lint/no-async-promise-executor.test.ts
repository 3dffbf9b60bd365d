import { testRule } from './harness.ts';

testRule('no-async-promise-executor', {
  valid: [
    {
      name: 'an executor that answers all of its errors',
      code: `export const f = (id) => new Promise(async (resolve, reject) => {
  let user;
  try { user = await load(id); resolve(await check(user)); } catch (error) { reject(error); }
});`,
    },
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
    { name: 'a name that leads to nothing async', code: 'export const f = (run) => new Promise(run);' },
    {
      name: 'an async function within',
      code: 'export const f = () => new Promise((resolve) => { on("x", async () => { resolve(await g()); }); });',
    },
    {
      name: 'withResolvers',
      code: 'export const f = async () => { const { promise, resolve } = Promise.withResolvers(); resolve(await g()); return promise; };',
    },
  ],
  invalid: [
    {
      name: 'a try around a part of it',
      code: `export const f = (id) => new Promise(async (resolve, reject) => {
  const user = await load(id);
  try { resolve(await check(user)); } catch (error) { reject(error); }
});`,
      lines: [1],
    },
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
    {
      name: 'in a method',
      code: 'export class A { run() { return new Promise(async (resolve, reject) => { resolve(await g()); }); } }',
      lines: [1],
    },
    {
      name: 'around a try that settles nothing when it fails',
      code: 'export const f = () => new Promise(async (resolve, reject) => { try { resolve(await g()); } catch (e) { console.error(e); } });',
      lines: [1],
      fixed: null,
    },
    {
      name: 'awaited',
      code: 'export async function f() { return await new Promise(async (resolve) => { await g(); resolve(1); }); }',
      lines: [1],
      confidence: 'certain',
    },
  ],
});
