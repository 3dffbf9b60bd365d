import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `require('http').createServer((q, s) => {\n  ${body}\n}).listen(1);`;

testRule('no-process-exit', {
  valid: [
    { name: 'at start-up', code: `if (!config) process.exit(1);\n${handler('s.end();')}` },
    { name: 'a signal', code: `process.on('SIGTERM', () => process.exit(0));\n${handler('s.end();')}` },
    { name: 'a command', code: '#!/usr/bin/env node\nexport function f() { process.exit(1); }' },
    {
      name: 'a process of our own',
      code: 'export function f(process) { process.exit(1); listen.on("x", f); }',
    },
  ],
  invalid: [
    {
      name: 'in a handler',
      code: handler('process.exit(1);'),
      lines: [2],
      message: 'Answer with an error',
      confidence: 'likely',
    },
    {
      name: 'in a function',
      code: 'export function f(server) { server.on("x", g); process.exit(1); }',
      lines: [1],
      confidence: 'possible',
    },
  ],
});
