import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(a, b) { ${body} }`;

testRule('no-await-in-promise-methods', {
  valid: [
    { name: 'no await', code: code('await Promise.all([a(), b()]);') },
    { name: 'an await deeper inside', code: code('await Promise.all([a(await b())]);') },
  ],
  invalid: [
    {
      name: 'all',
      code: code('return await Promise.all([await a(), await b()]);'),
      lines: [1],
      message: 'one after another',
      fixed: code('return await Promise.all([a(), b()]);'),
    },
    {
      name: 'race',
      code: code('return await Promise.race([await a(), b()]);'),
      lines: [1],
      fixed: code('return await Promise.race([a(), b()]);'),
    },
  ],
});
