import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import { bus } from './bus.js';\nimport http from 'node:http';\nhttp.createServer((req, res) => {\n  ${body}\n});`;

testRule('no-listener-leak', {
  valid: [
    {
      name: 'an event of the program itself',
      code: `const cluster = require('cluster'); config.on('changed', () => { process.on('SIGTERM', stop); });`,
    },
    {
      name: 'removed',
      code: handler('const f = (x) => res.write(x); bus.on("a", f); res.on("close", () => bus.off("a", f));'),
    },
    { name: 'of the request', code: handler('req.on("data", (x) => res.write(x));') },
    { name: 'once', code: handler('bus.once("a", (x) => res.write(x));') },
    { name: 'a signal', code: handler('bus.addEventListener("a", (x) => res.write(x), { signal });') },
    {
      name: "a request's own signal",
      code: handler(
        "const { signal } = req;\n  signal.addEventListener('abort', () => res.end());\n  req.signal.addEventListener('abort', () => res.end());",
      ),
    },
    { name: 'outside', code: `import { bus } from './bus.js';\nbus.on('a', (x) => g(x));` },
    {
      name: 'a package that is called to make emitters',
      code: "const busboy = require('busboy');\nrequire('http').createServer((req, res) => { busboy({ headers: req.headers }); busboy.on('file', (x) => g(x)); });",
    },
  ],
  invalid: [
    {
      name: 'a signal of the program, while a connection is upgraded',
      code: "import http from 'node:http';\nconst closing = new AbortController();\nhttp.createServer().on('upgrade', (req, socket) => {\n  closing.signal.addEventListener('abort', () => socket.end());\n});",
      lines: [4],
      message: 'listener to closing.signal',
    },
    {
      name: 'an emitter of the module',
      code: handler('bus.on("a", (x) => res.write(x));'),
      lines: [4],
      message: 'listener to bus',
    },
    { name: 'the process', code: handler('process.on("SIGTERM", () => res.end());'), lines: [4] },
    {
      name: 'process',
      code: 'import http from \'node:http\';\nhttp.createServer(async (req, res) => {\n  process.on("SIGHUP", () => res.end());\n});',
      lines: [3],
    },
    {
      name: 'a module emitter',
      code: "import http from 'http';\nimport { EventEmitter } from 'events';\nconst bus = new EventEmitter();\nhttp.createServer((req, res) => { bus.on('change', () => res.write('x')); });",
      lines: [4],
    },
    {
      name: 'addListener',
      code: "import http from 'http';\nconst bus = makeBus();\nhttp.createServer((req, res) => { bus.addListener('change', () => res.write('x')); });",
      lines: [3],
    },
    {
      name: 'in a route',
      code: "import bus from './bus.js';\nconst app = require('express')();\napp.get('/events', (req, res) => { bus.on('x', (x) => res.write(x)); });",
      lines: [3],
    },
  ],
});
