import { testRule } from './harness.ts';

testRule('no-top-level-await', {
  valid: [
    { name: 'in a function', code: 'export async function f() { await g(); }' },
    { name: 'a program that nobody imports', code: 'await main();' },
    { name: 'a command', code: '#!/usr/bin/env node\nexport const x = await g();' },
  ],
  invalid: [
    { name: 'an export', code: 'export const x = await g();', lines: [1], message: 'require() of it fails' },
    { name: 'a loop', code: 'for await (const x of xs) g(x);\nexport {};', lines: [1] },
  ],
});
