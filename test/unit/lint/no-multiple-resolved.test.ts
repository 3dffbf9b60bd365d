import { testRule } from './harness.ts';

const code = (body: string): string =>
  `export const f = (x) => new Promise((resolve, reject) => {\n${body}\n});`;

testRule('no-multiple-resolved', {
  valid: [
    { name: 'return between', code: code('if (x) return reject(x); resolve(1);') },
    { name: 'else', code: code('if (x) reject(x); else resolve(1);') },
    { name: 'throw between', code: code('if (x) { reject(x); throw x; } resolve(1);') },
    { name: 'two functions', code: code('on("a", () => resolve(1)); on("b", () => reject(2));') },
    { name: 'try and catch', code: code('try { resolve(g(x)); } catch (e) { reject(e); }') },
    { name: 'switch', code: code('switch (x) { case 1: resolve(1); break; default: reject(2); }') },
    { name: 'a loop', code: code('for (const y of x) { if (y) resolve(y); }') },
    { name: 'a nested promise', code: code('new Promise((resolve) => { resolve(1); }); resolve(2);') },
  ],
  invalid: [
    {
      name: 'no return',
      code: code('if (x) reject(x);\nresolve(1);'),
      lines: [3],
      message: 'settled already in line 2',
      confidence: 'certain',
    },
    { name: 'twice in a row', code: code('resolve(1);\nresolve(2);'), lines: [3] },
    {
      name: 'in a callback',
      code: code('x.get((error, value) => {\nif (error) { reject(error); }\nresolve(value);\n});'),
      lines: [4],
    },
    {
      name: 'reject, then resolve',
      code: 'export const f = (x) => new Promise((resolve, reject) => {\n  if (!x) reject(new Error("x"));\n  resolve(x.y());\n});',
      lines: [3],
    },
    {
      name: 'in an event',
      code: 'export const f = (s) => new Promise((resolve) => {\n  s.once("a", () => {\n    resolve(1);\n    resolve(2);\n  });\n});',
      lines: [4],
    },
    {
      name: 'after a loop of conditions',
      code: 'export const f = (a, b) => new Promise((resolve) => {\n  if (a) resolve(1);\n  if (b) { g(); }\n  resolve(3);\n});',
      lines: [4],
    },
  ],
});
