import { testRule } from './harness.ts';

const code = (now: string): string =>
  `import fs from 'node:fs';\nexport function f(x, cb) {\n  if (!x) ${now};\n  fs.stat(x, (e, s) => cb(e, s));\n}`;

testRule('no-sometimes-sync-callback', {
  valid: [
    { name: 'put off', code: code('return process.nextTick(cb, null)') },
    { name: 'always at once', code: 'export function f(x, cb) { if (x) return cb(x); cb(null); }' },
    {
      name: 'always later',
      code: 'import fs from "fs";\nexport function f(x, cb) { fs.stat(x, (e) => { if (e) return cb(e); cb(null); }); }',
    },
  ],
  invalid: [
    {
      name: 'both',
      code: code('return cb(null, 1)'),
      lines: [3],
      message: 'later in line 4',
      fixed: code('return process.nextTick(cb, null, 1)'),
    },
  ],
});
