import { testRule } from './harness.ts';

testRule('prefer-catch', {
  valid: [
    { name: 'catch', code: 'p.then((x) => g(x)).catch((e) => h(e));' },
    { name: 'functions handed over', code: 'p.then(resolve, reject);' },
    { name: 'one function', code: 'p.then((x) => g(x));' },
  ],
  invalid: [
    {
      name: 'two functions',
      code: 'p.then((x) => g(x), (e) => h(e));',
      lines: [1],
      message: 'passes the second by',
      fixed: 'p.then((x) => g(x)).catch((e) => h(e));',
    },
    { name: 'only the second', code: 'p.then(null, h);', lines: [1], fixed: 'p.catch(h);' },
  ],
});
