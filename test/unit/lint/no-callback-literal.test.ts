import { testRule } from './harness.ts';

testRule('no-callback-literal', {
  valid: [
    { name: 'an error', code: 'export function f(cb) { cb(new Error("x")); }' },
    { name: 'null', code: 'export function f(cb) { cb(null, "x"); }' },
    { name: 'nothing', code: 'export function f(cb) { cb(); }' },
    { name: 'next of a router', code: 'export function f(req, res, next) { next("route"); }' },
    { name: 'something else', code: 'export function f(cb) { print("x"); }' },
  ],
  invalid: [
    { name: 'a string', code: 'export function f(cb) { cb("x"); }', lines: [1], message: '"x"' },
    {
      name: 'in a function inside',
      code: 'export function f(x, callback) { g(() => { callback(`no ${x}`); }); }',
      lines: [1],
      message: 'a string',
    },
  ],
});
