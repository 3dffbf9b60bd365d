import { testRule } from './harness.ts';

testRule('no-callback-in-promise', {
  valid: [
    { name: 'put off', code: 'export const f = (p, cb) => p.then((x) => process.nextTick(cb, null, x));' },
    { name: 'not in a chain', code: 'export const f = (p, cb) => p.get((x) => cb(null, x));' },
    {
      name: 'a function of another name',
      code: 'export const f = (p, send) => p.then((x) => send(null, x));',
    },
    {
      name: 'in a function within',
      code: 'export const f = (p, cb) => p.then((x) => on("end", () => cb(null, x)));',
    },
    { name: 'in a catch alone', code: 'export const f = (p, cb) => p.catch((e) => cb(e));' },
    { name: 'next of a middleware', code: 'export const f = (p, next) => p.then(() => next());' },
  ],
  invalid: [
    {
      name: 'with a catch',
      code: 'export const f = (p, cb) => p.then((x) => cb(null, x)).catch(cb);',
      lines: [1],
      message: 'second time',
    },
    {
      name: 'without',
      code: 'export const f = (p, done) => p.then((x) => { done(null, x); });',
      lines: [1],
      message: 'process ends',
    },
    {
      name: 'a catch further on',
      code: 'export const f = (p, callback) => p.then((x) => callback(null, x)).finally(end).catch(callback);',
      lines: [1],
      message: 'second time',
    },
    {
      name: 'a catch that calls it',
      code: 'export const f = (p, cb) => p.then((x) => cb(null, x)).catch((e) => cb(e));',
      lines: [1],
      message: 'second time',
    },
    {
      name: 'in the second function',
      code: 'export const f = (p, cb) => p.then((x) => x, (e) => cb(e));',
      lines: [1],
    },
    {
      name: 'a callback of a longer name',
      code: 'export const f = (p, saveCallback) => p.then((x) => saveCallback(null, x));',
      lines: [1],
      message: 'saveCallback()',
    },
  ],
});
