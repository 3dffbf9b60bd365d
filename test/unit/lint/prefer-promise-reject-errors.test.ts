import { testRule } from './harness.ts';

const code = (body: string): string =>
  `export const f = (x) => new Promise((resolve, reject) => { ${body} });`;

testRule('prefer-promise-reject-errors', {
  valid: [
    { name: 'an error', code: code('reject(new Error("x")); resolve(1);') },
    { name: 'unknown', code: code('reject(x);') },
    { name: 'resolve without a value', code: code('resolve();') },
    { name: 'a reject of our own', code: 'export const f = (reject) => reject("x");' },
    { name: 'a name', code: 'export const f = (e) => Promise.reject(e);' },
    { name: 'an error', code: 'export const f = () => Promise.reject(new TypeError("x"));' },
  ],
  invalid: [
    { name: 'a string', code: code('reject("x");'), lines: [1], message: 'a string', confidence: 'certain' },
    { name: 'nothing', code: code('if (x) reject();'), lines: [1], message: 'nothing' },
    {
      name: 'Promise.reject',
      code: 'export const f = () => Promise.reject({ code: 1 });',
      lines: [1],
      message: 'plain object',
    },
    { name: 'a template', code: 'export const f = (x) => Promise.reject(`no ${x}`);', lines: [1] },
    { name: 'nothing', code: 'export const f = () => Promise.reject();', lines: [1] },
    {
      name: 'in new Promise',
      code: 'export const f = () => new Promise((resolve, reject) => reject("late"));',
      lines: [1],
    },
  ],
});
