import { describe, expect, it } from 'vitest';
import { wayTo } from './build-project.ts';

const TPL = `import fs from 'node:fs';\nexport function loadTemplate(name) { return fs.readFileSync(name, 'utf8'); }\n`;

describe('across files', () => {
  it('follows imports from a handler to the call, and names files and lines', () => {
    const files = {
      'server.ts': `import express from 'express';\nimport { buildReport } from './report.js';\nconst app = express();\napp.get('/report', (req, res) => { res.send(buildReport()); });\n`,
      'report.ts': `import { loadTemplate } from './tpl';\n\nexport function buildReport() { return loadTemplate('a'); }\n`,
      'tpl.ts': TPL,
    };
    expect(wayTo(files, 'tpl.ts', 'function loadTemplate')).toBe(
      'GET /report -> buildReport (report.ts:3) -> loadTemplate (line 2)',
    );
  });

  it('through re-exports, defaults and namespaces', () => {
    const files = {
      'server.js': `import http from 'http';\nimport * as api from './index.js';\nhttp.createServer(() => api.views.loadTemplate('x'));\n`,
      'index.js': `export * as views from './views/index.js';\n`,
      'views/index.js': `export * from './tpl.js';\nexport { default as other } from './other.js';`,
      'views/tpl.js': TPL,
      'views/other.js': `export default function () {}`,
    };
    expect(wayTo(files, 'views/tpl.js', 'function loadTemplate')).toBe(
      'HTTP request -> loadTemplate (line 2)',
    );
  });

  it('through CommonJS: objects, properties, destructuring, a module that is a function', () => {
    const files = {
      'app.js': `const express = require('express');\nconst app = express();\nrequire('./routes')(app);\nmodule.exports = app;`,
      'routes/index.js': `const { list } = require('../orders');\nmodule.exports = function routes(app) { app.get('/orders', list); };`,
      'orders.js': `const store = require('./store');\nexports.list = function list(req, res) { res.json(store.all()); };`,
      'store.js': `const fs = require('fs');\nfunction all() { return fs.readFileSync('x'); }\nmodule.exports = { all };`,
    };
    expect(wayTo(files, 'store.js', 'function all')).toBe('GET /orders -> list -> all (line 2)');
  });

  it('through classes: this, instances, bases, constructor injection by type and by value', () => {
    const files = {
      'main.ts': `import fastify from 'fastify';\nimport { Service } from './service';\nimport { SqlRepo } from './sql-repo';\nconst app = fastify();\nconst service = new Service(new SqlRepo());\napp.route({ method: 'GET', url: '/x', handler: async () => service.find() });`,
      'service.ts': `import type { Repo } from './repo';\nexport class Service {\n  constructor(private readonly repo: Repo) {}\n  find() { return this.inner(); }\n  private inner() { return this.repo.load(); }\n}`,
      'repo.ts': `export interface Repo { load(): string }`,
      'base.ts': `import fs from 'fs';\nexport abstract class Base { protected read() { return fs.readFileSync('a'); } }`,
      'sql-repo.ts': `import { Base } from './base';\nimport type { Repo } from './repo';\nexport class SqlRepo extends Base implements Repo { load() { return this.read(); } }`,
    };
    expect(wayTo(files, 'base.ts', '() { return fs')).toBe(
      'GET /x -> handler -> Service.find (service.ts:4) -> Service.inner (service.ts:5) -> SqlRepo.load (sql-repo.ts:3) -> Base.read (line 2)',
    );
    expect(
      wayTo(
        { ...files, 'main.ts': files['main.ts'].replace('new SqlRepo()', 'container.get(1)') },
        'base.ts',
        '() { return fs',
      ),
    ).toContain('SqlRepo.load');
  });

  it('says start-up only where all callers are', () => {
    const files = {
      'main.js': `import { config } from './config.js';\nconst c = config();`,
      'config.js': `export function config() { return read(); }\nfunction read() {}\nexport function other() { shared(); }\nfunction shared() {}`,
    };
    expect(wayTo(files, 'config.js', 'function read')).toBe('start-up');
    expect(wayTo(files, 'config.js', 'function shared')).toBe('unknown');
  });
});

describe('functions passed as values', () => {
  const handler = (wrapped: string) => ({
    'server.js': `import express from 'express';\nimport { asyncHandler } from './wrap.js';\nimport { show } from './show.js';\nconst app = express();\napp.get('/a', ${wrapped});`,
    'wrap.js': `export const asyncHandler = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);`,
    'show.js': `export function show(req, res) {}`,
  });
  it.each([
    'asyncHandler(show)',
    'show.bind(null)',
    '[auth, show]',
    'wrap(show)',
    'asyncHandler(asyncHandler(show))',
  ])('%s', (wrapped) => {
    expect(wayTo(handler(wrapped), 'show.js', 'function show')).toBe('GET /a -> show');
  });

  it('a wrapper runs what it is given for the one who gives it', () => {
    const files = {
      'server.js': `import http from 'http';\nimport { retry } from './retry.js';\nimport { a, b } from './work.js';\nhttp.createServer(() => retry(a));\nretry(b);`,
      'retry.js': `export function retry(fn) { return [1, 2].map(() => fn()); }`,
      'work.js': `export function a() {}\nexport function b() {}`,
    };
    expect(wayTo(files, 'work.js', 'function a')).toBe('HTTP request -> a (line 1)');
    expect(wayTo(files, 'work.js', 'function b')).toBe('start-up');
  });

  it('a helper that registers routes', () => {
    const files = {
      'routes.js': `import { page } from './helper.js';\nimport { home } from './home.js';\npage('/home', home);`,
      'helper.js': `import express from 'express';\nconst app = express();\nexport function page(path, fn) { app.get(path, fn); }`,
      'home.js': `export const home = () => load();\nfunction load() {}`,
    };
    expect(wayTo(files, 'home.js', 'function load')).toBe('GET /home -> home -> load (line 2)');
  });

  it('a table of functions', () => {
    const files = {
      'server.js': `import http from 'http';\nimport { a } from './a.js';\nconst routes = { '/a': a };\nhttp.createServer((req, res) => routes[req.url](req, res));`,
      'a.js': `export function a() {}`,
    };
    expect(wayTo(files, 'a.js', 'function a')).toBe('HTTP request -> a (line 1)');
  });

  it('a factory returns the handler, or an object that has it', () => {
    const files = {
      'server.js': `import http from 'http';\nimport { makeHandler, makeApi } from './make.js';\nconst api = makeApi();\nhttp.createServer(makeHandler());\nhttp.createServer(() => api.deep());`,
      'make.js': `export function makeHandler() { return function handle() { work(); }; }\nfunction work() {}\nexport const makeApi = () => ({ deep() { far(); } });\nfunction far() {}`,
    };
    expect(wayTo(files, 'make.js', 'function work')).toBe('HTTP request -> handle -> work (line 2)');
    expect(wayTo(files, 'make.js', 'function far')).toBe('HTTP request -> deep (line 3) -> far (line 4)');
  });
});

describe('entry points', () => {
  const work = `export function work() {}`;
  it.each<[string, string, string]>([
    [
      'node:http',
      `import { createServer } from 'node:http';\ncreateServer((q, s) => work());`,
      'HTTP request',
    ],
    ["server.on('request')", `server.on('request', () => work());`, 'HTTP request'],
    ['express', `import express from 'express';\nexpress().post('/a', () => work());`, 'POST /a'],
    [
      'express.Router',
      `import { Router } from 'express';\nconst r = Router();\nr.route('/b').get(() => work());`,
      'GET /b',
    ],
    [
      'express middleware',
      `import express from 'express';\nconst a = express();\na.use(() => work());`,
      'middleware',
    ],
    [
      'fastify',
      `import Fastify from 'fastify';\nconst f = Fastify();\nf.get('/c', { schema: {} }, async () => work());`,
      'GET /c',
    ],
    [
      'fastify plugin',
      `import Fastify from 'fastify';\nconst f = Fastify();\nf.register(plugin);\nfunction plugin(x, o, done) { x.get('/d', () => work()); }`,
      'GET /d',
    ],
    [
      'fastify hook',
      `import Fastify from 'fastify';\nconst f = Fastify();\nf.addHook('onRequest', async () => work());`,
      'hook onRequest',
    ],
    ['koa', `import Koa from 'koa';\nconst k = new Koa();\nk.use(async (ctx) => { work(); });`, 'middleware'],
    [
      '@koa/router',
      `import Router from '@koa/router';\nconst k = new Router();\nk.get('/e', async (ctx) => { work(); });`,
      'GET /e',
    ],
    [
      'hapi',
      `import Hapi from '@hapi/hapi';\nconst s = Hapi.server();\ns.route([{ method: 'GET', path: '/f', handler: () => work() }, { method: 'PUT', path: '/g', handler: () => 1 }]);`,
      'route -> handler',
    ],
    [
      'hapi, one route',
      `import Hapi from '@hapi/hapi';\nconst s = Hapi.server();\ns.route({ method: 'GET', path: '/f', handler: () => work() });`,
      'GET /f -> handler',
    ],
    [
      'nest',
      `import { Controller, Get } from '@nestjs/common';\n@Controller('cats')\nexport class Cats { @Get(':id') one() { work(); } }`,
      'GET /cats/:id -> Cats.one',
    ],
    [
      'nest guard',
      `export class G implements CanActivate { canActivate() { return work(); } }`,
      'CanActivate -> G.canActivate',
    ],
    [
      'nest message',
      `export class G { @MessagePattern('sum') sum() { return work(); } }`,
      "MessagePattern 'sum' -> G.sum",
    ],
    [
      'socket.io',
      `import { Server } from 'socket.io';\nconst io = new Server();\nio.on('connection', (socket) => { socket.on('chat', () => work()); });`,
      "'chat' event",
    ],
    [
      'ws',
      `import { WebSocketServer } from 'ws';\nconst w = new WebSocketServer({ port: 1 });\nw.on('connection', function c(ws) { ws.on('message', () => work()); });`,
      "'message' event",
    ],
    [
      'graphql resolvers',
      `import { ApolloServer } from '@apollo/server';\nconst resolvers = { Query: { user: () => work() } };\nnew ApolloServer({ typeDefs, resolvers });`,
      'GraphQL Query.user -> user',
    ],
    [
      'bullmq',
      `import { Worker } from 'bullmq';\nnew Worker('mail', async (job) => { work(); });`,
      "job of queue 'mail'",
    ],
    [
      'amqplib',
      `import amqp from 'amqplib';\nconst c = await amqp.connect('x');\nconst ch = await c.createChannel();\nch.consume('q', () => work());`,
      "message of queue 'q'",
    ],
    ['kafkajs', `consumer.run({ eachMessage: async () => { work(); } });`, 'message -> eachMessage'],
    ['interval', `setInterval(() => work(), 500);`, 'every 500 ms'],
    [
      'a timer that starts itself again',
      `function poll() { work(); setTimeout(poll, 10); }\npoll();`,
      'repeated timer -> poll',
    ],
    ['cron', `import cron from 'node-cron';\ncron.schedule('* * * * *', () => work());`, 'scheduled job'],
    [
      'stream',
      `import { Transform } from 'stream';\nnew Transform({ transform(c, e, cb) { work(); } });`,
      'stream chunk -> transform',
    ],
    [
      'worker messages',
      `import { parentPort } from 'worker_threads';\nparentPort.on('message', () => work());`,
      "'message' event",
    ],
  ])('%s', (_, server, way) => {
    const got = wayTo(
      { 'main.ts': `import { work } from './work';\n${server}`, 'work.ts': work },
      'work.ts',
      'function work',
    );
    expect(got.replace(/ -> work.*/, '').replace(/ \((?:main\.ts|line).*/, '')).toBe(way);
  });

  it.each([
    ['pages/api/user.ts', `export default function handler(req, res) { work(); }`, 'API route -> handler'],
    ['app/api/user/route.ts', `export async function GET() { work(); }`, 'GET route handler -> GET'],
    ['app/routes/user.tsx', `export const loader = async () => { work(); };`, 'route -> loader'],
    ['src/routes/user/+server.ts', `export const POST = async () => { work(); };`, 'POST route -> POST'],
    ['lambda/index.mjs', `export const handler = async (event) => { work(); };`, 'Lambda event -> handler'],
  ])('by convention: %s', (name, text, way) => {
    const up = '../'.repeat(name.split('/').length - 1);
    const got = wayTo(
      { [name]: `import { work } from '${up}work.js';\n${text}`, 'work.js': work },
      'work.js',
      'function work',
    );
    expect(got.replace(/ -> work.*/, '')).toBe(way);
  });

  it('not: listeners of the process, test functions, events that come once', () => {
    for (const text of [
      `process.on('exit', () => work());`,
      `server.on('listening', () => work());`,
      `setTimeout(() => work(), 5);`,
    ]) {
      expect(
        wayTo(
          { 'main.js': `import { work } from './work.js';\n${text}`, 'work.js': work },
          'work.js',
          'function work',
        ),
      ).toBe('start-up');
    }
  });
});

describe('what does not run for whoever comes by', () => {
  const serve = (body: string): string =>
    `import http from 'http';\nimport { f } from './f.js';\nhttp.createServer(() => { ${body} });`;

  it('a function that is put away in a registry', () => {
    const files = {
      'server.js': serve('f();'),
      'f.js': `import { job } from './job.js';\nconst jobs = new Map();\nfunction registerJob(name, fn) { jobs.set(name, fn); }\nexport function f() { registerJob('a', job); }`,
      'job.js': `export function job() {}`,
    };
    expect(wayTo(files, 'job.js', 'function job')).toBe('unknown');
  });

  it.each(['on(fn) { bus.subscribe(fn); }', 'on(fn) { fs.readFile("a", fn); }'])(
    'what others passed to the same function: %s',
    (on) => {
      const files = {
        'server.js': serve('f();'),
        'bus.js': `import fs from 'fs';\nexport function ${on}`,
        'f.js': `import { on } from './bus.js';\nexport function f() { on(mine); }\nfunction mine() {}`,
        'other.js': `import { on } from './bus.js';\non(theirs);\nfunction theirs() {}`,
      };
      expect(wayTo(files, 'f.js', 'function mine')).toContain('HTTP request');
      expect(wayTo(files, 'other.js', 'function theirs')).not.toContain('HTTP request');
    },
  );

  it('a function that registers routes, whoever calls it', () => {
    const files = {
      'server.js': serve('f(app);'),
      'f.js': `export function f(app) { app.get(prefix + '/a', function (req, res) { res.end(); }); load(); }\nfunction load() {}`,
    };
    expect(wayTo(files, 'f.js', 'function load')).toBe('start-up');
    expect(wayTo(files, 'f.js', 'function (req, res)')).toBe('GET');
  });

  it('a function given to map, when the list is handed on', () => {
    const files = {
      'server.js': `import express from 'express';\nconst app = express();\nconst all = names.map(function (name) { return require(name); });\napp.use(all);`,
    };
    expect(wayTo(files, 'server.js', 'function (name)')).toBe('start-up');
  });

  it.each([
    `if (!kept) kept = make();`,
    `if (wanted && !kept) { kept = make(); }`,
    `kept ??= make();`,
    `if (cache[key]) return cache[key]; cache[key] = make();`,
    `const known = map.get(key); if (known) return known; map.set(key, make());`,
    `if (!map.has(key)) { map.set(key, make()); }`,
  ])('what is made the first time only: %s', (body) => {
    const files = {
      'server.js': serve('f();'),
      'f.js': `let kept;\nconst cache = {};\nconst map = new Map();\nexport function f(key, wanted) { ${body} }\nfunction make() {}`,
    };
    expect(wayTo(files, 'f.js', 'function make')).toBe('start-up');
  });

  it('what others passed, called by a function within that a wrapper runs', () => {
    const files = {
      'server.js': `import { stop } from './stop.js';\nsetInterval(() => stop(), 1000);\nstop(() => restart());\nfunction restart() {}`,
      'stop.js': `export function stop(done) { each(async () => { await 1; done(); }); }\nfunction each(fn) { fn(); }`,
    };
    expect(wayTo(files, 'server.js', 'function restart')).toBe('start-up');
  });

  it('signals whose names come from a list', () => {
    const files = {
      'main.js': `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop());\nfunction stop() {}`,
    };
    expect(wayTo(files, 'main.js', 'function stop')).toBe('start-up');
  });
});
