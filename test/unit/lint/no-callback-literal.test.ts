import { testRule } from './harness.ts';

testRule('no-callback-literal', {
  valid: [
    { name: 'an error', code: 'export function f(cb) { cb(new Error("x")); }' },
    { name: 'null', code: 'export function f(cb) { cb(null, "x"); }' },
    { name: 'nothing', code: 'export function f(cb) { cb(); }' },
    { name: 'next of a router', code: 'export function f(req, res, next) { next("route"); }' },
    { name: 'something else', code: 'export function f(cb) { print("x"); }' },
    { name: 'a name', code: 'export function f(cb, problem) { cb(problem); }' },
  ],
  invalid: [
    { name: 'a string', code: 'export function f(cb) { cb("x"); }', lines: [1], message: '"x"' },
    {
      name: 'in a function inside',
      code: 'export function f(x, callback) { g(() => { callback(`no ${x}`); }); }',
      lines: [1],
      message: 'a string',
    },
    { name: 'true', code: 'export function f(cb) { cb(true); }', lines: [1], message: 'true here' },
    {
      name: 'a number',
      code: 'export const f = (x, callback) => { callback(404); };',
      lines: [1],
      message: '404',
    },
    {
      name: 'a template',
      code: 'export function f(x, cb) { if (!x) return cb(`no x`); cb(null, x); }',
      lines: [1],
    },
    {
      name: 'in a method',
      code: 'export class A { run(x, cb) { cb("failed"); } }',
      lines: [1],
      confidence: 'possible',
    },
  ],
});
