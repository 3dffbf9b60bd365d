import { expect, it } from 'vitest';
import { lintWith, testRule } from './harness.ts';

const FS = `import fs from 'node:fs';\n`;

testRule('no-sync-in-handler', {
  valid: [
    {
      name: 'what a backup does while it waits for its turn',
      code: `import fs from 'node:fs';\nexport function backup() { const timer = setInterval(() => { if (free()) { clearInterval(timer); fs.unlinkSync('old'); } }, 10); }`,
    },
    {
      name: 'a command that does its work bit by bit',
      code: `import fs from 'node:fs';\nconst days = fs.readdirSync(process.argv[2]);\nfunction next() { const day = days.pop(); if (!day) process.exit(); fs.writeFileSync(day, ''); source.on('end', () => {}); setTimeout(next, 10); }\nnext();`,
    },
    {
      name: 'what is kept from the first time on, in words of its own',
      code: `import fs from 'node:fs';
import express from 'express';
let page;
const app = express();
app.get('/a', (req, res) => { page = page || fs.readFileSync('a', 'utf8'); res.send(page); });
app.get('/b', (req, res) => { if (!page && !fs.existsSync('a')) return res.end(); page ??= fs.readFileSync('a', 'utf8'); res.send(page); });
app.get('/c', (req, res) => { load({ name: 'a' }); res.end(); });
function load(one) { if (!one.text) one.text = fs.readFileSync(one.name, 'utf8'); return one.text; }`,
    },
    {
      name: 'what is done when something went wrong',
      code: `import fs from 'node:fs';\nimport express from 'express';\nexpress().get('/a', async (req, res) => { try { await query(); } catch { await create(fs.readFileSync('schema.sql', 'utf8')); } res.end(); });`,
    },
    {
      name: 'what a command does by the clock',
      file: 'bin/watch.js',
      code: `import { read } from '../lib/read.js';\nsetInterval(() => { read(); }, 1000);`,
    },
    {
      name: 'once a day',
      code: `${FS}setInterval(() => fs.readFileSync('a'), 24 * 60 * 60 * 1000);`,
    },
    {
      name: 'a plugin that is brought by a request',
      code: `${FS}import express from 'express';\nexpress().post('/api/plugins/upload', (req, res) => { fs.mkdirSync('a'); res.end(); });`,
    },
    {
      name: 'a command that fetches something',
      file: 'bin/ca/install.js',
      code: `const fs = require('fs'); const http = require('http');\nmodule.exports = (url) => http.get(url, (res) => { res.on('data', (body) => {}); });`,
    },
    {
      name: 'what installs plugins, by the names on the way',
      code: `${FS}import express from 'express';\nconst app = express();\nfunction removeOld(name) { fs.rmSync(name, { recursive: true }); }\nfunction installSKModule(name) { removeOld(name); }\napp.post('/modules', (req, res) => { installSKModule(req.body.name); res.end(); });`,
    },
    {
      name: 'what restores a backup, by its route, whose beginning is computed',
      code: `${FS}import express from 'express';\nconst app = express();\napp.post(\`\${process.env.PREFIX}/restore\`, (req, res) => { res.json(fs.existsSync('backup.zip')); });`,
    },
    {
      name: 'kept by an object, inside of a try, until it changes',
      code: `${FS}import express from 'express';
class Pages {
  page(name) { try { if (!this.text) { this.text = fs.readFileSync(name, 'utf8'); } } catch {} return this.text; }
  fresh(stamp) { if (this.other && this.stamp === stamp) return this.other; this.stamp = stamp; this.other = fs.readFileSync('other'); return this.other; }
}
const pages = new Pages();
express().get('/', (req, res) => res.send(pages.page('a') + pages.fresh(req.query.stamp)));`,
    },
    {
      name: 'kept in the other branch',
      code: `const fs = require('fs'); const app = require('express')();\nlet page;\napp.get('/', (req, res) => { if (page) res.send(page); else { page = fs.readFileSync('page.html'); res.send(page); } });`,
    },
    {
      name: 'what is kept for the next request, with a way to turn that off',
      code: `import fs from 'node:fs';
import http from 'node:http';
const kept = new Map();
function page(name, keep) {
  const text = (keep && kept.get(name)) || compile(String(fs.readFileSync(name)));
  if (keep) kept.set(name, text);
  return text;
}
http.createServer((request, response) => response.end(page(request.url, true)));`,
    },
    {
      name: "an event of the program's own",
      code: `${FS}import { EventEmitter } from 'node:events';\nconst settings = new EventEmitter();\nsettings.on('changed', () => fs.writeFileSync('a', ''));`,
    },
    {
      name: 'a message of the parent process',
      code: `${FS}process.on('message', () => fs.readFileSync('a'));`,
    },
    {
      name: 'a page that sets the program up',
      file: 'src/onboarding.ts',
      code: `${FS}import http from 'node:http';\nhttp.createServer((req, res) => res.end(fs.readFileSync('a')));`,
    },
    {
      name: 'what adds a route, which is done once',
      code: `${FS}import express from 'express';\nconst app = express();\nfunction serve(file) {\n  fs.statSync(file);\n  app.get('/' + file, (req, res) => res.sendFile(file));\n}\napp.get('/', (req, res) => { serve('a'); res.end(); });`,
    },
    {
      name: 'read the first time only',
      code: `const fs = require('fs'); const app = require('express')();\nlet page;\nfunction load() {\n  if (page !== undefined) return page;\n  page = fs.readFileSync('page.html', 'utf8');\n  return page;\n}\napp.get('/', (req, res) => res.send(load()));`,
    },
    {
      name: 'called the first time only',
      code: `const fs = require('fs'); const app = require('express')();\nlet settings;\nconst read = () => fs.readFileSync('settings.json', 'utf8');\nfunction current() {\n  if (!settings) {\n    settings = read();\n  }\n  return settings;\n}\napp.get('/', (req, res) => res.send(current()));`,
    },
    {
      name: 'start-up beside a handler',
      code: `${FS}import express from 'express';\nconst page = fs.readFileSync('a');\nexpress().get('/', (req, res) => res.send(page));`,
    },
    {
      name: 'when the server listens',
      code: `${FS}import http from 'http';\nhttp.createServer().on('listening', () => fs.writeFileSync('port', '1'));`,
    },
    {
      name: 'a once listener',
      code: `${FS}export const f = (bus) => bus.once('config', () => fs.readFileSync('a'));`,
    },
    { name: 'a signal', code: `${FS}process.on('SIGTERM', () => fs.writeFileSync('state', ''));` },
    {
      name: 'a fastify plugin as such',
      code: `${FS}import fastify from 'fastify';\nfastify().register(async (app) => { const key = fs.readFileSync('key'); app.decorate('key', key); });`,
    },
    {
      name: 'a hook at the end',
      code: `${FS}import fastify from 'fastify';\nfastify().addHook('onClose', async () => fs.rmSync('lock'));`,
    },
    {
      name: 'a map with a get method',
      code: `${FS}export function f(map) { return map.get('/a', () => fs.readFileSync('a')); }`,
    },
    {
      name: 'a test',
      file: 'a.spec.js',
      code: `${FS}import http from 'http';\nhttp.createServer((q, s) => s.end(fs.readFileSync('a')));`,
    },
    {
      name: 'a search for code that is then loaded',
      code: "import fs from 'fs';\nrequire('http').createServer((req, res) => { const file = req.url.slice(1); if (fs.existsSync(file)) require(file)(req, res); });",
    },
  ],
  invalid: [
    {
      name: 'what is put into the request, which is new each time',
      code: `import fs from 'node:fs';\nimport express from 'express';\nexpress().use((req, res, next) => { if (!req.page) req.page = fs.readFileSync('a', 'utf8'); next(); });`,
      lines: [3],
    },
    {
      name: 'a file that may end the process, whose function is a handler',
      code: `const fs = require('fs');\nif (!process.env.HOME) process.exit(1);\nexports.show = (req, res) => { res.send(fs.readFileSync('a')); };`,
      lines: [3],
    },
    {
      name: 'each minute',
      code: `${FS}setInterval(() => fs.readFileSync('a'), 60 * 1000);`,
      lines: [2],
      message: 'every 60000 ms',
    },
    {
      name: 'what plugins do for requests, and a list of them',
      code: `${FS}import express from 'express';\nfunction runPlugin(name) { return fs.readFileSync(name); }\nexpress().get('/plugins', (req, res) => { res.json(runPlugin('a')); });`,
      lines: [3],
    },
    {
      name: 'a server that is started by a command',
      file: 'bin/www.js',
      code: `${FS}import http from 'http';\nhttp.createServer((req, res) => res.end(fs.readFileSync('a'))).listen(1);`,
      lines: [3],
    },
    {
      name: 'what installs plugins, where all is asked for',
      code: `${FS}import express from 'express';\nexpress().post('/plugins/install', (req, res) => { fs.mkdirSync('plugins'); res.end(); });`,
      options: [{ events: 'any' }],
      lines: [3],
    },
    {
      name: 'a route whose beginning is computed, and words that only begin alike',
      code: `${FS}import express from 'express';\nconst app = express();\nfunction devices() { return fs.readdirSync('devices'); }\napp.get(\`\${process.env.PREFIX}/installments\`, (req, res) => { res.json(devices()); });`,
      lines: [4],
      message: 'GET */installments -> devices (line 4) -> readdirSync',
    },
    {
      name: 'what an object is given, but not asked for before',
      code: `${FS}import express from 'express';
class Page {
  load(name) { if (!this.name) return ''; this.text = fs.readFileSync(name); return this.text; }
}
const page = new Page();
express().get('/', (req, res) => res.send(page.load('a')));`,
      lines: [4],
    },
    {
      name: 'a second choice that nobody keeps',
      code: `import fs from 'node:fs';
import http from 'node:http';
const kept = new Map();
http.createServer((request, response) => response.end(kept.get(request.url) || fs.readFileSync('a')));`,
      lines: [4],
    },
    {
      name: "an event of the program's own, where asked",
      code: `${FS}import { EventEmitter } from 'node:events';\nconst settings = new EventEmitter();\nsettings.on('changed', () => fs.writeFileSync('a', ''));`,
      options: [{ events: 'any' }],
      lines: [4],
    },
    {
      name: 'node:http',
      code: `${FS}import { createServer } from 'node:http';\ncreateServer((request, response) => {\n  response.end(fs.readFileSync('a'));\n});`,
      lines: [4],
      message:
        'readFileSync blocks the event loop in HTTP request -> readFileSync. Use await fs.promises.readFile().',
      confidence: 'certain',
      fixed: null,
    },
    {
      name: 'express, through two functions',
      code: `${FS}import express from 'express';\nconst app = express();\nfunction load(name) {\n  return fs.readFileSync(name);\n}\nfunction build() { return load('t'); }\napp.get('/report', (req, res) => res.send(build()));`,
      lines: [5],
      message: 'GET /report -> build (line 7) -> load (line 4) -> readFileSync',
    },
    {
      name: 'an express router, required',
      code: `const fs = require('fs');\nconst router = require('express').Router();\nrouter.route('/a').post((req, res) => res.send(fs.readFileSync('a')));`,
      lines: [3],
      message: 'POST /a',
    },
    {
      name: 'a handler by name',
      code: `${FS}import express from 'express';\nconst app = express();\nconst show = (req, res) => res.send(fs.readFileSync('a'));\napp.use('/x', show);`,
      lines: [4],
      message: 'middleware /x -> show',
    },
    {
      name: 'fastify in a plugin',
      code: `${FS}export async function routes(app) {\n  app.get('/a', async () => fs.readFileSync('a'));\n}`,
      lines: [3],
      message: 'GET /a',
    },
    {
      name: 'fastify by type',
      code: `${FS}import type { FastifyInstance } from 'fastify';\nexport const add = (f: FastifyInstance) => {\n  f.post('/a', async () => fs.readFileSync('a'));\n};`,
      lines: [4],
      message: 'POST /a',
    },
    {
      name: 'fastify route options',
      code: `${FS}import fastify from 'fastify';\nfastify().route({ method: 'PUT', url: '/a', handler: async () => fs.readFileSync('a') });`,
      lines: [3],
      message: 'PUT /a',
    },
    {
      name: 'koa',
      code: `${FS}import Koa from 'koa';\nnew Koa().use(async (ctx) => { ctx.body = fs.readFileSync('a'); });`,
      lines: [3],
      message: 'middleware',
      fixed: `${FS}import Koa from 'koa';\nnew Koa().use(async (ctx) => { ctx.body = await fs.promises.readFile('a'); });`,
    },
    {
      name: 'ws',
      code: `${FS}import { WebSocketServer } from 'ws';\nnew WebSocketServer({}).on('connection', (socket) => {\n  socket.on('message', () => socket.send(fs.readFileSync('a')));\n});`,
      lines: [4],
      message: `'message' event`,
    },
    {
      name: 'socket.io',
      code: `${FS}import { Server } from 'socket.io';\nconst io = new Server();\nio.on('connection', (s) => s.on('save', (x) => fs.writeFileSync('a', x)));`,
      lines: [4],
      message: `'save' event`,
    },
    {
      name: 'an interval',
      code: `${FS}setInterval(() => fs.statSync('a'), 1000);`,
      lines: [2],
      message: 'every 1000 ms',
    },
    {
      name: 'a timer that sets itself again',
      code: `${FS}function tick() {\n  fs.writeFileSync('a', '');\n  setTimeout(tick, 100);\n}\ntick();`,
      lines: [3],
      message: 'repeated timer',
    },
    {
      name: 'a stream',
      code: `${FS}import { Transform } from 'stream';\nnew Transform({ transform(chunk, _, done) { fs.appendFileSync('a', chunk); done(); } });`,
      lines: [3],
      message: 'stream chunk',
    },
    {
      name: 'a message between threads',
      code: `${FS}import { parentPort } from 'worker_threads';\nparentPort.on('message', (m) => fs.readFileSync(m));`,
      lines: [3],
    },
    {
      name: 'a method of this class',
      code: `${FS}import express from 'express';\nclass Shop {\n  read() { return fs.readFileSync('a'); }\n  start() { express().get('/a', (req, res) => res.send(this.read())); }\n}`,
      lines: [4],
      message: 'GET /a -> Shop.read (line 4)',
    },
    {
      name: 'a bound method',
      code: `${FS}import express from 'express';\nclass Shop {\n  read() { return fs.readFileSync('a'); }\n  start() { express().get('/a', this.read.bind(this)); }\n}`,
      lines: [4],
    },
    {
      name: 'a wrapped handler',
      code: `${FS}import express from 'express';\nimport wrap from 'express-async-handler';\nexpress().get('/a', wrap(async (req, res) => { res.send(fs.readFileSync('a')); }));`,
      lines: [4],
    },
    {
      name: 'a handler that another file registers, by its shape',
      code: `${FS}export function show(req, res) {\n  res.json(fs.readFileSync('a'));\n}`,
      lines: [3],
      message: 'request handler show',
      confidence: 'likely',
    },
    {
      name: 'a promise chain in a handler',
      code: `${FS}import http from 'http';\nhttp.createServer((q, s) => { q.user().then(() => s.end(fs.readFileSync('a'))); });`,
      lines: [3],
    },
  ],
});

it('gives the path as a chain, from the call outwards', () => {
  const code = `${FS}import http from 'http';\nconst load = () => fs.readFileSync('a');\nhttp.createServer(async function serve(q, s) {\n  s.end(await load());\n});`;
  const [finding] = lintWith('no-sync-in-handler', { code }).value;
  expect(finding?.location).toEqual({ file: 'server.ts', line: 3, column: 20, function: 'load' });
  expect(finding?.chain).toEqual([
    { kind: 'await', file: 'server.ts', line: 5, column: 15, function: 'serve' },
    { kind: 'http-request', label: 'HTTP request', file: 'server.ts', line: 4, column: 1 },
  ]);
  expect(finding?.cause).toBe('sync-fs');
  expect(finding?.lineText).toBe(`const load = () => fs.readFileSync('a');`);
});
