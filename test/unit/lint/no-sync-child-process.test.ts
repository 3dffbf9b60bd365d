import { testRule } from './harness.ts';

testRule('no-sync-child-process', {
  valid: [
    {
      name: 'start-up',
      code: `import { execSync } from 'child_process';\nconst commit = execSync('git rev-parse HEAD');`,
    },
    {
      name: 'a function of the same name',
      code: `import { execSync } from './own.js';\nexport async function f() { execSync('a'); }`,
    },
  ],
  invalid: [
    {
      name: 'a handler',
      code: `const cp = require('node:child_process');\nrequire('http').createServer((q, s) => s.end(cp.execFileSync('convert', [q.url])));`,
      lines: [2],
      message: 'execFileSync',
    },
    {
      name: 'execa',
      code: `import { execaSync } from 'execa';\nexport async function f() { execaSync('ls'); }`,
      lines: [2],
      message: 'Use await execa().',
    },
  ],
});
