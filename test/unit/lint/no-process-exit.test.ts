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
    { name: 'exitCode', code: 'export function f(server) { server.on("x", g); process.exitCode = 1; }' },
    {
      name: 'not in what serves, where only that is asked for',
      options: [{ where: 'served' }],
      code: 'export function f(server) { server.on("x", g); process.exit(1); }',
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
    {
      name: 'in a listener',
      code: "const server = require('net').createServer((socket) => {\n  socket.on('data', () => process.exit(1));\n}).listen(1);",
      lines: [2],
    },
    {
      name: 'in what serves, where only that is asked for',
      options: [{ where: 'served' }],
      code: "require('http').createServer(() => { process.exit(1); }).listen(1);",
      lines: [1],
      confidence: 'likely',
    },
    {
      name: 'in a timer',
      code: "server.on('x', g);\nsetInterval(() => { if (bad()) process.exit(2); }, 1000);",
      lines: [2],
      message: 'Answer with an error',
    },
    {
      name: 'in a method',
      code: 'export class A {\n  start(s) { s.on("x", g); }\n  fail() { process.exit(1); }\n}',
      lines: [3],
      message: 'process.exitCode',
    },
  ],
});
