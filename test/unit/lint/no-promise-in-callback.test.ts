import { testRule } from './harness.ts';

testRule('no-promise-in-callback', {
  valid: [
    { name: 'no error argument', code: 'on("x", (y) => { fetch(y).then((z) => g(z)); });' },
    { name: 'handled', code: 'get("x", (err, y) => { fetch(y).then((z) => g(z)).catch(done); });' },
    { name: 'a plain call', code: 'get("x", (err, y) => { g(err, y); });' },
    { name: 'returned', code: 'get("x", (err, y) => { return fetch(y).then((z) => g(z)); });' },
    { name: 'a chain of what may be no promise', code: 'get("x", (err, y) => { y.then(3); });' },
    {
      name: 'in a function within',
      code: 'get("x", (err, y) => { on(() => { fetch(y).then((z) => g(z)); }); });',
    },
  ],
  invalid: [
    {
      name: 'a chain',
      code: 'get("x", (err, y) => { fetch(y).then((z) => g(z)); });',
      lines: [1],
      message: 'callback of get()',
    },
    {
      name: 'a function',
      code: 'read("x", function (error, y) { fetch(y).then((z) => g(z)); });',
      lines: [1],
      message: 'callback of read()',
    },
    { name: 'two links', code: 'read("x", (e, y) => { fetch(y).then((z) => g(z)).then(h); });', lines: [1] },
    {
      name: 'a function of the file',
      code: 'async function save(y) { await g(y); }\nread("x", (err, y) => { save(y).then(() => h()); });',
      lines: [2],
    },
    {
      name: 'a new promise',
      code: 'read("x", (err, y) => { new Promise((r) => setTimeout(r, y)).then(() => h()); });',
      lines: [1],
    },
    {
      name: 'a method',
      code: 'store.read("x", (er, y) => { fetch(y).then((z) => g(z)); });',
      lines: [1],
      message: 'callback of read()',
    },
  ],
});
