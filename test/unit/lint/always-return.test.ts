import { testRule } from './harness.ts';

testRule('always-return', {
  valid: [
    { name: 'every way', code: 'p.then((x) => { if (x) return 1; return 2; }).then((y) => g(y));' },
    { name: 'a throw', code: 'p.then((x) => { if (x) return 1; throw x; }).then((y) => g(y));' },
    { name: 'the end of the chain', code: 'p.then((x) => { g(x); });' },
    { name: 'nobody wants the value', code: 'p.then((x) => { g(x); }).then(() => h());' },
    { name: 'an expression', code: 'p.then((x) => g(x)).then((y) => h(y));' },
  ],
  invalid: [
    { name: 'a way without', code: 'p.then((x) => {\n if (x) return 1; }).then((y) => g(y));', lines: [1] },
    {
      name: 'none at all',
      code: 'p.then((x) => { g(x); }).then((y) => h(y));',
      lines: [1],
      message: 'undefined',
    },
  ],
});
