import { testRule } from './harness.ts';

testRule('no-promise-in-callback', {
  valid: [
    { name: 'no error argument', code: 'on("x", (y) => { fetch(y).then((z) => g(z)); });' },
    { name: 'handled', code: 'get("x", (err, y) => { fetch(y).then((z) => g(z)).catch(done); });' },
    { name: 'a plain call', code: 'get("x", (err, y) => { g(err, y); });' },
  ],
  invalid: [
    {
      name: 'a chain',
      code: 'get("x", (err, y) => { fetch(y).then((z) => g(z)); });',
      lines: [1],
      message: 'callback of get()',
    },
  ],
});
