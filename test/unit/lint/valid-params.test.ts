import { testRule } from './harness.ts';

testRule('valid-params', {
  valid: [
    {
      name: 'a class of errors, which promises of libraries take',
      code: `export const f = (db) => db.find(1).then(() => 5).catch(db.NotFoundError, () => 4).catch(Errors.Timeout, () => 3);`,
    },
    { name: 'a list', code: 'export const f = (a) => Promise.all([a]);' },
    { name: 'spread', code: 'export const f = (a) => Promise.all(...a);' },
    { name: 'catch of something else', code: 'export const f = (a) => a.catch(TypeError, g);' },
    { name: 'two for then', code: 'export const f = (a) => fetch(a).then(g, h);' },
    { name: 'another class', code: 'export const f = (a, b) => Group.all(a, b);' },
    { name: 'a finally with one', code: 'export const f = (a) => fetch(a).finally(g);' },
  ],
  invalid: [
    {
      name: 'a second handler of catch',
      code: `export const f = (db) => db.find(1).then(() => 5).catch(() => 4, () => 3);`,
      lines: [1],
    },
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
    {
      name: 'allSettled',
      code: 'export const f = (a, b) => Promise.allSettled(a, b);',
      lines: [1],
      message: 'allSettled() takes one list',
    },
    {
      name: 'a then with three',
      code: 'export const f = (a) => fetch(a).then(g, h, i);',
      lines: [1],
      message: 'two arguments',
    },
    {
      name: 'a finally with two',
      code: 'export const f = (a) => fetch(a).finally(g, h);',
      lines: [1],
      confidence: 'certain',
    },
  ],
});
