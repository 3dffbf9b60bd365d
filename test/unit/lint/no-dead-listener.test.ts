import { testRule } from './harness.ts';

testRule('no-dead-listener', {
  valid: [
    {
      name: 'errors, which have most often another listener, too',
      code: `export async function refuse(request, socket) { const body = await explain(request); socket.on('error', () => {}); socket.end(body); }`,
    },
    {
      name: 'before the await',
      code: 's.on("connection", async (socket) => { socket.on("message", g); await h(); });',
    },
    {
      name: 'a body that waits for its listener',
      code: 'export async function f(req, res) { await h(); req.on("data", g); }',
    },
    {
      name: 'something made after the await',
      code: 'export async function f() { await h(); const socket = open(); socket.on("message", g); }',
    },
    { name: 'removed by name', code: 'export function f(x) { x.off("a", g); }' },
    {
      name: 'a branch that leaves',
      code: 's.on("connection", async (socket) => { if (socket.old) { await h(); return; } socket.on("message", g); });',
    },
    {
      name: 'an event that comes late',
      code: 's.on("connection", async (socket) => { await h(); socket.on("timeout", g); });',
    },
  ],
  invalid: [
    {
      name: 'after an await',
      code: 's.on("connection", async (socket) => {\n await h();\n socket.on("message", g); });',
      lines: [3],
      message: 'await in line 2',
    },
    {
      name: 'a new function',
      code: 'export function f(x) { x.off("a", () => g()); }',
      lines: [1],
      confidence: 'certain',
    },
    {
      name: 'bind',
      code: 'export function f(x) { x.removeListener("a", g.bind(x)); }',
      lines: [1],
      message: 'bind()',
    },
    {
      name: 'the end of a child',
      code: 'export async function f(child) {\n  await g();\n  child.once("exit", h);\n}',
      lines: [3],
      message: "'exit' of child",
    },
    {
      name: 'of a web page',
      code: 'export function f(x) { x.removeEventListener("a", () => g()); }',
      lines: [1],
    },
    {
      name: 'a function',
      code: 'export function f(x) { x.off("a", function () { g(); }); }',
      lines: [1],
      message: 'The function written here',
    },
  ],
});
