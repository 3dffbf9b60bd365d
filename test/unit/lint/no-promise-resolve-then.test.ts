import { testRule } from './harness.ts';

testRule('no-promise-resolve-then', {
  valid: [
    {
      name: 'a value that may be a promise',
      code: 'export const f = (x) => Promise.resolve(x).then((y) => y.a);',
    },
    { name: 'no then', code: 'export const f = () => Promise.resolve(1);' },
    { name: 'a Promise of our own', code: 'class Promise {}\nPromise.resolve().then(() => 1);' },
    { name: 'a call', code: 'export const f = () => Promise.resolve(g()).then((y) => y.a);' },
    { name: 'a function handed over', code: 'export const f = (g) => Promise.resolve().then(g);' },
    { name: 'catch', code: 'export const f = () => Promise.resolve(1).catch(() => 2);' },
  ],
  invalid: [
    {
      name: 'nothing',
      code: 'export const f = () => Promise.resolve().then(() => g());',
      lines: [1],
      message: 'microtask',
    },
    { name: 'a constant', code: 'export const f = () => Promise.resolve(1).then((x) => g(x));', lines: [1] },
    {
      name: 'an object',
      code: 'export const f = () => Promise.resolve({ a: 1 }).then(({ a }) => a);',
      lines: [1],
    },
    {
      name: 'a list',
      code: 'export const f = () => Promise.resolve([1, 2]).then((xs) => g(xs));',
      lines: [1],
      confidence: 'likely',
    },
    {
      name: 'a function',
      code: 'export const f = () => Promise.resolve().then(function () { return g(); });',
      lines: [1],
      message: 'queueMicrotask',
    },
    {
      name: 'at the beginning of a chain',
      code: 'export const f = () => Promise.resolve("a").then((x) => g(x)).then(h).catch(log);',
      lines: [1],
    },
  ],
});
