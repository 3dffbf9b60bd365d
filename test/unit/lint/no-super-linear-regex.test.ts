import { testRule } from './harness.ts';

testRule('no-super-linear-regex', {
  valid: [
    { name: 'linear', code: 'export const re = /^a+b+$/;' },
    { name: 'exponential, which another rule answers for', code: 'export const re = /^(a+)+$/;' },
  ],
  invalid: [
    {
      name: 'two repetitions of the same',
      code: 'export const re = /^a*a*$/;',
      lines: [1],
      confidence: 'possible',
      message: 'quadratic',
    },
  ],
});
