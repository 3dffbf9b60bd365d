import { testRule } from './harness.ts';

testRule('no-super-linear-regex', {
  valid: [
    { name: 'linear', code: 'export const re = /^a+b+$/;' },
    { name: 'exponential, which another rule answers for', code: 'export const re = /^(a+)+$/;' },
    {
      name: 'used on a text of the program',
      options: [{ inputs: 'any' }],
      code: 'export const f = () => /a*a*$/.test("aaa");',
    },
    { name: 'not used on what a client sends', code: 'export const f = (text) => /a*a*$/.test(text);' },
  ],
  invalid: [
    {
      name: 'used on what a client sends',
      code: `require('http').createServer((req, res) => {\n  const { url } = req;\n  res.end(String(/a*a*$/.test(url)));\n});`,
      lines: [3],
      confidence: 'likely',
      message: 'A client decides',
    },
    {
      name: 'two repetitions of the same',
      code: 'export const re = /^a*a*$/;',
      options: [{ inputs: 'any' }],
      lines: [1],
      confidence: 'possible',
      message: 'quadratic',
    },
  ],
});
