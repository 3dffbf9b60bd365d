import { testRule } from './harness.ts';

testRule('prefer-catch', {
  valid: [
    { name: 'catch', code: 'p.then((x) => g(x)).catch((e) => h(e));' },
    { name: 'functions handed over', code: 'p.then(resolve, reject);' },
    { name: 'one function', code: 'p.then((x) => g(x));' },
    { name: 'a name and a function', code: 'p.then(ok, (e) => h(e));' },
    { name: 'three arguments', code: 'p.then((x) => g(x), (e) => h(e), 1);' },
    { name: 'a function of that name', code: 'then((x) => g(x), (e) => h(e));' },
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
    {
      name: 'undefined first',
      code: 'p.then(undefined, (e) => h(e));',
      lines: [1],
      fixed: 'p.catch((e) => h(e));',
    },
    {
      name: 'functions',
      code: 'p.then(function (x) { g(x); }, function (e) { h(e); });',
      lines: [1],
      confidence: 'possible',
    },
    { name: 'in a chain', code: 'p.then(a).then((x) => g(x), (e) => h(e)).finally(end);', lines: [1] },
    {
      name: 'after an await',
      code: 'export async function f(p) { await p.then((x) => g(x), (e) => h(e)); }',
      lines: [1],
      fixed: 'export async function f(p) { await p.then((x) => g(x)).catch((e) => h(e)); }',
    },
  ],
});
