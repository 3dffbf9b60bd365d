import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import http from 'node:http';\nhttp.createServer((req, res) => {\n  ${body}\n});`;

testRule('require-clear-timer', {
  valid: [
    {
      name: 'an event of the program itself',
      code: `config.on('changed', () => { setInterval(check, 1000); });`,
    },
    {
      name: 'cleared',
      code: handler('const t = setInterval(g, 1); res.on("close", () => clearInterval(t));'),
    },
    { name: 'kept', code: handler('res.timer = setInterval(g, 1);') },
    { name: 'once at start-up', code: 'setInterval(g, 1);' },
    { name: 'a timeout', code: handler('setTimeout(g, 1);') },
    {
      name: 'given to somebody',
      code: "import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  track(setInterval(g, 1));\n});",
    },
  ],
  invalid: [
    {
      name: 'dropped',
      code: handler('setInterval(() => res.write("x"), 1);'),
      lines: [3],
      message: 'Every request',
    },
    { name: 'only unref', code: handler('const t = setInterval(g, 1); t.unref();'), lines: [3] },
    {
      name: 'a connection',
      code: "import net from 'net';\nnet.createServer((socket) => {\n  setInterval(() => socket.write('x'), 1000);\n});",
      lines: [3],
      message: 'Every event',
    },
    {
      name: 'in a function that a handler calls',
      code: "import http from 'http';\nfunction watch(res) {\n  setInterval(() => res.write('x'), 1);\n}\nhttp.createServer((req, res) => watch(res));",
      lines: [3],
    },
    {
      name: 'a name that nobody reads',
      code: "import http from 'node:http';\nhttp.createServer(async (req, res) => {\n  const timer = setInterval(g, 1);\n});",
      lines: [3],
    },
    {
      name: 'in a route',
      code: "const app = require('express')();\napp.get('/x', (req, res) => {\n  setInterval(() => res.write('x'), 1);\n});",
      lines: [3],
      confidence: 'likely',
    },
  ],
});
