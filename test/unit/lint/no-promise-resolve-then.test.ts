import { testRule } from './harness.ts';

testRule('no-promise-resolve-then', {
  valid: [
    {
      name: 'a value that may be a promise',
      code: 'export const f = (x) => Promise.resolve(x).then((y) => y.a);',
    },
    { name: 'no then', code: 'export const f = () => Promise.resolve(1);' },
    { name: 'a Promise of our own', code: 'class Promise {}\nPromise.resolve().then(() => 1);' },
  ],
  invalid: [
    {
      name: 'nothing',
      code: 'export const f = () => Promise.resolve().then(() => g());',
      lines: [1],
      message: 'microtask',
    },
    { name: 'a constant', code: 'export const f = () => Promise.resolve(1).then((x) => g(x));', lines: [1] },
  ],
});
