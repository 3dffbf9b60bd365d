import { testRule } from './harness.ts';

testRule('valid-params', {
  valid: [
    { name: 'a list', code: 'export const f = (a) => Promise.all([a]);' },
    { name: 'spread', code: 'export const f = (a) => Promise.all(...a);' },
    { name: 'catch of something else', code: 'export const f = (a) => a.catch(TypeError, g);' },
    { name: 'two for then', code: 'export const f = (a) => fetch(a).then(g, h);' },
  ],
  invalid: [
    {
      name: 'two promises',
      code: 'export const f = (a, b) => Promise.all(a, b);',
      lines: [1],
      message: 'ignores the rest',
    },
    { name: 'nothing', code: 'export const f = () => Promise.race();', lines: [1], message: 'needs a list' },
    {
      name: 'a catch with two',
      code: 'export const f = (a) => fetch(a).catch(TypeError, g);',
      lines: [1],
      message: 'first argument',
    },
  ],
});
