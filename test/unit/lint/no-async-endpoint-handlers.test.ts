import { testRule } from './harness.ts';

const code = (handler: string): string => `const app = require('express')();\napp.get('/x', ${handler});`;

testRule('no-async-endpoint-handlers', {
  valid: [
    { name: 'a plain handler', code: code('(q, s) => { s.end(); }') },
    {
      name: 'try and catch',
      code: code('async (q, s, next) => { try { await g(); } catch (e) { next(e); } }'),
    },
    { name: 'wrapped', code: code('wrap(async (q, s) => { await g(); })') },
    { name: 'patched', code: `require('express-async-errors');\n${code('async (q, s) => { await g(); }')}` },
    {
      name: 'fastify',
      code: `const app = require('fastify')();\napp.get('/x', async () => { await g(); });`,
    },
    {
      name: 'a path that is no handler',
      code: 'const app = require("express")();\napp.set("x", async () => { await g(); });',
    },
  ],
  invalid: [
    { name: 'async', code: code('async (q, s) => { s.json(await g()); }'), lines: [2], message: 'GET /x' },
    { name: 'by name', code: `async function h(q, s) { s.json(await g()); }\n${code('h')}`, lines: [3] },
    {
      name: 'of a router',
      code: "const { Router } = require('express');\nconst router = Router();\nrouter.post('/y', async (q, s) => { await g(); });",
      lines: [3],
      message: 'POST /y',
    },
    {
      name: 'a middleware',
      code: "const app = require('express')();\napp.use(async (q, s, next) => { await g(); next(); });",
      lines: [2],
    },
    {
      name: 'the second of two',
      code: "const app = require('express')();\napp.put('/z', check, async (q, s) => { await g(); });",
      lines: [2],
      message: 'PUT /z',
    },
    {
      name: 'imported',
      code: "import express from 'express';\nconst app = express();\napp.delete('/x', async function (q, s) { await g(); });",
      lines: [3],
      confidence: 'possible',
    },
  ],
});
