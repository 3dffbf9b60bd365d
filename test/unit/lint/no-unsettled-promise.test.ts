import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import fs from 'node:fs';\nexport const f = (x) => new Promise((resolve, reject) => {\n${body}\n});`;

testRule('no-unsettled-promise', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: code('if (x) resolve(1);'),
      options: [{ where: 'served' }],
    },
    {
      name: 'a promise that nobody looks at',
      code: `export function f(script) { new Promise(() => { script.release(); }); }`,
    },
    { name: 'both ways', code: code('if (x) resolve(1); else reject(2);') },
    { name: 'a throw, which rejects', code: code('if (!x) throw new Error("x"); resolve(1);') },
    { name: 'handed over', code: code('setTimeout(resolve, 1);') },
    {
      name: 'two listeners',
      code: code('x.on("a", () => resolve(1)); x.on("b", () => { if (x) reject(2); });'),
    },
    { name: 'a listener that may come again', code: code('x.on("a", (y) => { if (y) resolve(y); });') },
    { name: 'for ever on purpose', code: 'export const f = () => new Promise(() => {});' },
    { name: 'kept for later', code: code('waiting.push(resolve);') },
    {
      name: 'a callback that always settles',
      code: code('fs.stat(x, (e, s) => { if (e) return reject(e); resolve(s); });'),
    },
    { name: 'endless until it settles', code: code('for (;;) { if (x()) { resolve(1); return; } }') },
    {
      name: 'a call of what may not be there',
      code: 'export async function f(server) { await new Promise((resolve) => { server?.close(resolve); }); }',
    },
  ],
  invalid: [
    {
      name: 'neither of two ways',
      code: code('if (x > 1) resolve(1); else if (x < 0) reject(x);'),
      lines: [2],
    },
    {
      name: 'a way without',
      code: code('if (x) resolve(1);'),
      lines: [2],
      message: 'On one way through this function',
    },
    { name: 'a return before', code: code('if (!x) return; resolve(1);'), lines: [2] },
    {
      name: 'a callback that forgets the error',
      code: code('fs.stat(x, (e, s) => { if (!e) resolve(s); });'),
      lines: [2],
      message: 'the callback in line 3',
      confidence: 'likely',
    },
    {
      name: 'never at all',
      code: code('console.log(x);'),
      lines: [2],
      message: 'Nothing ever calls',
      confidence: 'certain',
    },
  ],
});
