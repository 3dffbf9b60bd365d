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
  ],
  invalid: [
    { name: 'async', code: code('async (q, s) => { s.json(await g()); }'), lines: [2], message: 'GET /x' },
    { name: 'by name', code: `async function h(q, s) { s.json(await g()); }\n${code('h')}`, lines: [3] },
  ],
});
