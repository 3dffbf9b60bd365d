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
  ],
  invalid: [
    {
      name: 'nested for nothing',
      code: 'p.then((x) => g(x).then((y) => h(y)));',
      lines: [1],
      message: 'outer chain',
    },
  ],
});
