import { testRule } from './harness.ts';

const code = (body: string): string => `export function f(x, cb) {\n  ${body}\n}`;

testRule('callback-return', {
  valid: [
    { name: 'return', code: code('if (x) return cb(null, x); cb(null);') },
    { name: 'else', code: code('if (x) cb(x); else cb(null);') },
    { name: 'once at the end', code: code('g(); cb(null);') },
    { name: 'in two functions', code: code('g((e) => cb(e)); h((e) => cb(e));') },
    { name: 'for each', code: code('for (const y of x) cb(y);') },
    { name: 'try and catch', code: code('try { g(); cb(null); } catch (e) { cb(e); }') },
    { name: 'a walker', code: code('if (x.a) cb(x.a, 1); cb(x.b, 1);') },
    { name: 'no callback', code: 'export function f(g) { g(); g(); }' },
  ],
  invalid: [
    {
      name: 'an arrow function',
      code: 'export const f = (x, done) => {\n  if (!x) { done(new Error("empty")); }\n  done(null, x);\n};',
      lines: [3],
    },
    {
      name: 'no return',
      code: code('if (x) cb(new Error(x));\n  cb(null);'),
      lines: [3],
      message: 'already in line 2',
      fixed: code('if (x) return cb(new Error(x));\n  cb(null);'),
    },
    { name: 'in a block', code: code('if (x) { cb(err); }\n  cb(null);'), lines: [3] },
    {
      name: 'a function',
      code: 'export function f(x, callback) {\n  if (!x) { callback(new Error("x")); }\n  callback(null, x);\n}',
      lines: [3],
    },
    {
      name: 'twice in a row',
      code: 'export function f(cb) {\n  cb(null, 1);\n  cb(null, 2);\n}',
      lines: [3],
    },
  ],
});
