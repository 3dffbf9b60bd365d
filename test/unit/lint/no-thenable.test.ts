import { testRule } from './harness.ts';

testRule('no-thenable', {
  valid: [
    {
      name: 'a real thenable',
      code: 'export class Query { then(ok, failed) { return run(this).then(ok, failed); } }',
    },
    { name: 'a value', code: 'export const rule = { if: 1, then: 2 };' },
    { name: 'a pattern', code: 'export const f = ({ then }) => then;' },
    {
      name: 'a rest parameter',
      code: 'export const lazy = { then(...args) { return run().then(...args); } };',
    },
    {
      name: 'an arrow function with two',
      code: 'export const lazy = { then: (ok, failed) => run().then(ok, failed) };',
    },
    { name: 'a name that only begins so', code: 'export const step = { thenDo() { return 1; } };' },
  ],
  invalid: [
    {
      name: 'a method',
      code: 'export const step = { then() { return 1; } };',
      lines: [1],
      message: 'for ever',
    },
    {
      name: 'of a class',
      code: 'export class Step { then = (next) => next(); }',
      lines: [1],
      message: 'rejection',
    },
    {
      name: 'a function in an object',
      code: 'export const step = { then: function () { return 1; } };',
      lines: [1],
      message: 'never settles',
    },
    {
      name: 'an arrow function with one',
      code: 'export const step = { then: (ok) => ok(1) };',
      lines: [1],
      message: 'rejection',
    },
    {
      name: 'a method of a class',
      code: 'export class Step { then() { return this; } }',
      lines: [1],
      confidence: 'likely',
    },
    { name: 'under a name in quotes', code: 'export const step = { "then"() { return 1; } };', lines: [1] },
  ],
});
