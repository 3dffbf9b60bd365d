// The servers that the overhead benchmark loads, by the first argument:
//   layers   a small service with a few layers, about 120 async events a request
//   plain    node:http that answers at once
//   express  a chain of middleware around it, as express has, without its parsing
//   fastify  the framework, from the shop's packages
// Its first line of output is its port.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const tick = () => new Promise((resolve) => setImmediate(resolve));
const cache = new Map();

async function load(key) {
  const known = cache.get(key);
  if (known) return known;
  const value = { key, text: 'x'.repeat(200) };
  await null;
  cache.set(key, value);
  return value;
}

async function validate(input) {
  await null;
  if (!input) throw new Error('empty');
  return input;
}

async function item(k) {
  const key = await validate(`k${k % 50}`);
  const value = await load(key);
  return { ...value, k };
}

async function work() {
  await tick();
  const items = await Promise.all([1, 2].map(item));
  await fs.promises.stat(__filename);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return JSON.stringify(items);
}

/** What express does for each request: one function after the other, each calling the next. */
function middleware(last) {
  const chain = [
    (request, _response, next) => ((request.query = new URLSearchParams(request.url.split('?')[1])), next()),
    (request, _response, next) => ((request.id = Math.random()), next()),
    (_request, response, next) => (response.setHeader('x-powered-by', 'bench'), next()),
    last,
  ];
  return (request, response) => {
    const step = (k) => chain[k](request, response, () => step(k + 1));
    step(0);
  };
}

const answer = (response) =>
  work().then(
    (text) => response.end(text),
    () => response.writeHead(500).end(),
  );
const HANDLERS = {
  layers: (_request, response) => answer(response),
  plain: (_request, response) => response.end('ok'),
  express: middleware((_request, response) =>
    load('k1').then((value) => response.end(JSON.stringify(value))),
  ),
};

const kind = process.argv[2] ?? 'layers';
if (kind === 'fastify') {
  const { createRequire } = require('node:module');
  const path = require('node:path');
  const fastify = createRequire(path.resolve(__dirname, '../../examples/shop/package.json'))('fastify')();
  fastify.get('/', async () => load('k1'));
  fastify.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log(fastify.server.address().port));
} else {
  const server = http.createServer(HANDLERS[kind]);
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}
