import { testRule } from './harness.ts';

testRule('no-thenable', {
  valid: [
    {
      name: 'a real thenable',
      code: 'export class Query { then(ok, failed) { return run(this).then(ok, failed); } }',
    },
    { name: 'a value', code: 'export const rule = { if: 1, then: 2 };' },
    { name: 'a pattern', code: 'export const f = ({ then }) => then;' },
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
  ],
});
