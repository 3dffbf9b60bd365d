import { testRule } from './harness.ts';

const code = (body: string): string =>
  `async function isOk(x) { return x > (await limit()); }\nexport async function f(x) {\n  ${body}\n}`;

testRule('no-misused-promises', {
  valid: [
    {
      name: 'whether there is one',
      code: 'export async function f() { return 1; }\nexport const g = () => { const pending = !!f(); return pending; };',
    },
    { name: 'awaited', code: code('if (await isOk(x)) go();') },
    {
      name: 'a function that gives no promise',
      code: 'const isOk = (x) => x > 1;\nexport function f(x) { if (isOk(x)) go(); }',
    },
    { name: 'whether there is one', code: code('const pending = isOk(x); if (pending) go();') },
    { name: 'unknown', code: code('if (theirs(x)) go();') },
    { name: 'a default', code: code('return cache(x) ?? isOk(x);') },
  ],
  invalid: [
    {
      name: 'a condition',
      code: code('if (isOk(x)) go();'),
      lines: [3],
      message: 'isOk() is a promise',
      confidence: 'certain',
      fixed: code('if ((await isOk(x))) go();'),
    },
    { name: 'negated', code: code('if (!isOk(x)) go();'), lines: [3] },
    { name: 'a logical operator', code: code('return isOk(x) && go();'), lines: [3] },
    { name: 'a spread', code: code('return { ...isOk(x) };'), lines: [3], message: 'spreading' },
    {
      name: 'by its annotation',
      code: 'function isOk(x: number): Promise<boolean> { return load(x); }\nexport function f(x: number) { return isOk(x) ? 1 : 2; }',
      lines: [2],
      fixed: null,
    },
  ],
});
