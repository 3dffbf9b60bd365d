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
    {
      name: 'not used on what a client sends',
      options: [{ inputs: 'request' }],
      code: 'export const f = (text) => /a*a*$/.test(text);',
    },
    {
      name: 'an end that always fits',
      options: [{ inputs: 'any' }],
      code: 'export const f = (req, res) => res.end(String(/a*/.test(req.url)));',
    },
    { name: 'what cannot overlap', options: [{ inputs: 'any' }], code: 'export const re = /^[a-z]*\\d*$/;' },
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
    {
      name: 'without an anchor in front',
      options: [{ inputs: 'any' }],
      code: 'export const re = /\\s+$/;',
      lines: [1],
    },
    {
      name: 'classes that overlap',
      options: [{ inputs: 'any' }],
      code: 'export const re = /^\\d*[0-9a-f]*$/;',
      lines: [1],
      message: 'quadratic',
    },
    {
      name: 'a parameter of the query',
      code: "require('http').createServer((req, res) => {\n  res.end(String(/^a*a*$/.test(req.query.name)));\n});",
      lines: [2],
    },
    {
      name: 'a body',
      code: "const app = require('express')();\napp.post('/x', (req, res) => {\n  if (/^x*x*$/.test(req.body.a)) res.end();\n});",
      lines: [3],
      message: 'A client decides',
    },
  ],
});
