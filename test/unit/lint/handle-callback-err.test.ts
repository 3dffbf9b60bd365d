import { testRule } from './harness.ts';

const code = (callback: string): string =>
  `import fs from 'node:fs';\nexport function f(p, done) { fs.stat(p, ${callback}); }`;

testRule('handle-callback-err', {
  valid: [
    {
      name: 'the result tells that it failed',
      code: `require('child_process').execFile('npm', (err, stdout) => { if (!stdout) return fail(); use(stdout); });`,
    },
    { name: 'handled', code: code('(err, s) => { if (err) return done(err); done(null, s); }') },
    { name: 'handed on', code: code('(err, s) => { done(err, s); }') },
    { name: 'named as unused', code: code('(_, s) => { done(s); }') },
    { name: 'an unknown function', code: 'export function f(x) { x.each((e, s) => { use(s); }); }' },
  ],
  invalid: [
    { name: 'ignored', code: code('(err, s) => { done(s); }'), lines: [2], message: 'stat() fails' },
    {
      name: 'anywhere, on request',
      options: [{ callbacks: 'any' }],
      code: 'export function f(x) { x.get((err, s) => { use(s); }); }',
      lines: [1],
    },
  ],
});
