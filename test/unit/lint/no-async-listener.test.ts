import { testRule } from './harness.ts';

testRule('no-async-listener', {
  valid: [
    {
      name: 'a program that logs what nobody handles',
      code: `process.on('unhandledRejection', console.error);\nserver.on('connection', async (socket) => { await save(socket); });`,
    },
    {
      name: 'an emitter of the program, where only known ones are asked for',
      code: `bus.on('problem/delete', async (id) => { await save(id); });`,
      options: [{ emitters: 'known' }],
    },
    {
      name: 'a command',
      file: 'bin/run.js',
      code: `export const run = (robot2) => robot2.adapter.on('connected', async () => { await load(); });`,
    },
    {
      name: 'every wait is answered for',
      code: `stream.on('error', async (error) => { log(error); await fs.unlink(file).catch(() => {}); done(); });`,
    },
    { name: 'try and catch', code: 'x.on("a", async (m) => { try { await g(m); } catch (e) { log(e); } });' },
    { name: 'a plain listener', code: 'x.on("a", (m) => g(m));' },
    { name: 'a signal', code: 'process.on("SIGTERM", async () => { await g(); });' },
    {
      name: 'a framework that waits',
      code: 'import { Bot } from "grammy";\nconst b = new Bot("x");\nb.on("message", async (c) => { await c.reply("x"); });',
    },
    { name: 'a route', code: 'app.on("GET", "/x", async (c) => { await g(c); });' },
  ],
  invalid: [
    {
      name: 'a program that logs what nobody handles, where that is asked for',
      code: `process.on('unhandledRejection', console.error);\nserver.on('connection', async (socket) => { await save(socket); });`,
      options: [{ survived: 'report' }],
      lines: [2],
    },
    {
      name: 'known emitters, by their event and by their module',
      code: `import { EventEmitter } from 'node:events';\nconst bus = new EventEmitter();\nbus.on('saved', async (id) => { await save(id); });\nserver.on('connection', async (socket) => { await save(socket); });`,
      options: [{ emitters: 'known' }],
      lines: [3, 4],
    },
    {
      name: 'an arrow function',
      code: 'x.on("a", async (m) => { await g(m); });',
      lines: [1],
      message: "next 'a'",
    },
    { name: 'by name', code: 'async function h(m) { await g(m); }\nx.once("a", h);', lines: [2] },
    {
      name: 'a try around half of it',
      code: 'x.on("a", async (m) => { await h(m); try { await g(m); } catch (e) { log(e); } });',
      lines: [1],
    },
    {
      name: 'once',
      code: 'export function f(x) { x.once("open", async () => { await g(); }); }',
      lines: [1],
    },
    {
      name: 'by name',
      code: 'async function onData(x) { await g(x); }\nexport function f(s) { s.on("data", onData); }',
      lines: [2],
    },
    {
      name: 'addListener',
      code: 'export function f(x) { x.addListener("a", async () => { throw new Error("x"); }); }',
      lines: [1],
    },
  ],
});
