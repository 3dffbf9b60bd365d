import { testRule } from './harness.ts';

testRule('no-async-listener', {
  valid: [
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
