import { testRule } from './harness.ts';

const code = (body: string): string => `export async function f(p) { ${body} }`;

testRule('no-single-promise-in-promise-methods', {
  valid: [
    { name: 'two', code: code('await Promise.all([p, g()]);') },
    { name: 'spread', code: code('await Promise.all([...p]);') },
    { name: 'a list by name', code: code('await Promise.all(p);') },
    { name: 'allSettled, which does not reject', code: code('await Promise.allSettled([p]);') },
  ],
  invalid: [
    { name: 'dropped', code: code('await Promise.all([g(p)]);'), lines: [1], fixed: code('await g(p);') },
    {
      name: 'race',
      code: code('return await Promise.race([p]);'),
      lines: [1],
      fixed: code('return await p;'),
    },
    {
      name: 'a list that is used',
      code: code('const [x] = await Promise.all([p]); return x;'),
      lines: [1],
      fixed: null,
    },
  ],
});
