import { testRule } from './harness.ts';

testRule('no-nesting', {
  valid: [
    { name: 'a flat chain', code: 'p.then((x) => g(x)).then((y) => h(y));' },
    { name: 'the outer value is needed', code: 'p.then((x) => g(x).then((y) => h(x, y)));' },
    {
      name: 'a name of the outer function is needed',
      code: 'p.then((x) => { const z = x.z; return g(x).then((y) => h(y, z)); });',
    },
    { name: 'in a function of its own', code: 'p.then((x) => run(() => g(x).then((y) => h(y))));' },
    { name: 'a catch of its own', code: 'p.then((x) => g(x).catch((e) => h(e, x)));' },
    { name: 'no function in it', code: 'p.then((x) => g(x));' },
  ],
  invalid: [
    {
      name: 'nested for nothing',
      code: 'p.then((x) => g(x).then((y) => h(y)));',
      lines: [1],
      message: 'outer chain',
    },
    { name: 'in a block', code: 'p.then((x) => { return g(x).then((y) => h(y)); });', lines: [1] },
    { name: 'without any value', code: 'p.then((x) => g(1).then(() => h(2)));', lines: [1] },
    {
      name: 'a function',
      code: 'p.then(function (x) { return g(x).then(function (y) { return h(y); }); });',
      lines: [1],
      message: 'outer chain',
    },
    { name: 'two deep', code: 'p.then((x) => g(x).then((y) => h(y).then((z) => i(z))));', lines: [1, 1] },
    {
      name: 'in the middle of a chain',
      code: 'p.then(a).then((x) => g(x).then((y) => h(y))).then(b);',
      lines: [1],
    },
  ],
});
