import { testRule } from './harness.ts';

const code = (body: string): string =>
  `export const f = (x) => new Promise((resolve, reject) => { ${body} });`;

testRule('prefer-promise-reject-errors', {
  valid: [
    { name: 'an error', code: code('reject(new Error("x")); resolve(1);') },
    { name: 'unknown', code: code('reject(x);') },
    { name: 'resolve without a value', code: code('resolve();') },
    { name: 'a reject of our own', code: 'export const f = (reject) => reject("x");' },
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
  ],
});
