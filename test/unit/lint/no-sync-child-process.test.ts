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
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport { execSync } from "child_process";\nexport async function f() { execSync("ls"); }',
    },
    {
      name: 'the asynchronous form',
      code: 'import { execFile } from "node:child_process";\nexport async function f() { execFile("ls", () => {}); }',
    },
    {
      name: 'a test',
      file: 'f.test.ts',
      code: 'import { execSync } from "child_process";\nexport async function f() { execSync("ls"); }',
    },
    {
      name: 'when the process ends',
      code: 'import { execSync } from "child_process";\nprocess.on("exit", () => execSync("ls"));',
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
    {
      name: 'in a timer',
      code: 'import { spawnSync } from "child_process";\nsetInterval(() => { spawnSync("df"); }, 1000);',
      lines: [2],
      message: 'spawnSync',
    },
    {
      name: 'in any function, where asked',
      options: [{ breadth: 'any' }],
      code: 'import { execSync } from "child_process";\nexport function f() { execSync("ls"); }',
      lines: [2],
    },
    {
      name: 'in what serves only',
      options: [{ breadth: 'handler' }],
      code: 'import { execSync } from "child_process";\nexport async function f() { execSync("a"); }\nrequire("http").createServer(() => { execSync("b"); });',
      lines: [3],
    },
    {
      name: "a program's own event, where asked",
      options: [{ events: 'any' }],
      code: 'import { execSync } from "child_process";\nconfig.on("changed", () => { execSync("a"); });',
      lines: [2],
    },
  ],
});
