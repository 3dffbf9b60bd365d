import { testRule } from './harness.ts';

testRule('no-callback-in-promise', {
  valid: [
    { name: 'put off', code: 'export const f = (p, cb) => p.then((x) => process.nextTick(cb, null, x));' },
    { name: 'not in a chain', code: 'export const f = (p, cb) => p.get((x) => cb(null, x));' },
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
  ],
});
