import { testRule } from './harness.ts';

testRule('always-return', {
  valid: [
    { name: 'every way', code: 'p.then((x) => { if (x) return 1; return 2; }).then((y) => g(y));' },
    { name: 'a throw', code: 'p.then((x) => { if (x) return 1; throw x; }).then((y) => g(y));' },
    { name: 'the end of the chain', code: 'p.then((x) => { g(x); });' },
    { name: 'nobody wants the value', code: 'p.then((x) => { g(x); }).then(() => h());' },
    { name: 'an expression', code: 'p.then((x) => g(x)).then((y) => h(y));' },
    { name: 'an async function', code: 'p.then(async (x) => { await g(x); }).then((y) => h(y));' },
  ],
  invalid: [
    { name: 'a way without', code: 'p.then((x) => {\n if (x) return 1; }).then((y) => g(y));', lines: [1] },
    {
      name: 'none at all',
      code: 'p.then((x) => { g(x); }).then((y) => h(y));',
      lines: [1],
      message: 'undefined',
    },
    { name: 'a function', code: 'p.then(function (x) { g(x); }).then(function (y) { h(y); });', lines: [1] },
    { name: 'a function by name takes it', code: 'p.then((x) => { g(x); }).then(h);', lines: [1] },
    {
      name: 'one way of a switch',
      code: 'p.then((x) => { switch (x) { case 1: return 1; case 2: g(); } }).then((y) => h(y));',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'two links of three',
      code: 'p.then((x) => { g(x); }).then((y) => { h(y); }).then((z) => i(z));',
      lines: [1, 1],
    },
  ],
});
