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
  ],
});
