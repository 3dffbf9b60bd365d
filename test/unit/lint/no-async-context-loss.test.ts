import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';\nconst als = new AsyncLocalStorage();\nconst queue = [];\nexport function f(req, res) {\n  ${body}\n}`;

testRule('no-async-context-loss', {
  valid: [
    { name: 'run', code: code('als.run({}, () => g());') },
    { name: 'bound', code: code('queue.push(AsyncResource.bind(() => g(als.getStore())));') },
    { name: 'a function without the store', code: code('queue.push(() => g());') },
    { name: 'an enterWith of something else', code: code('other.enterWith({});') },
    {
      name: 'a list of the function',
      code: 'import { AsyncLocalStorage } from "async_hooks";\nconst als = new AsyncLocalStorage();\nexport function f() { const own = []; own.push(() => g(als.getStore())); return own; }',
    },
    {
      name: 'pushed at start-up',
      code: 'import { AsyncLocalStorage } from "async_hooks";\nconst als = new AsyncLocalStorage();\nconst queue = [];\nqueue.push(() => g(als.getStore()));',
    },
  ],
  invalid: [
    { name: 'enterWith', code: code('als.enterWith({ id: 1 });'), lines: [5], message: 'als.run' },
    {
      name: 'kept in a list',
      code: code('queue.push(() => g(als.getStore()));'),
      lines: [5],
      message: 'AsyncResource.bind',
    },
    {
      name: 'enterWith in an async function',
      code: 'import { AsyncLocalStorage } from "node:async_hooks";\nexport const als = new AsyncLocalStorage();\nexport async function f(req) {\n  als.enterWith(req);\n}',
      lines: [4],
      message: 'als.run',
    },
    {
      name: 'a function kept by another name',
      code: 'import { AsyncLocalStorage } from "node:async_hooks";\nconst als = new AsyncLocalStorage();\nconst jobs = [];\nexport function f() {\n  jobs.push(function () { return als.getStore(); });\n}',
      lines: [5],
      message: 'jobs',
    },
    {
      name: 'required',
      code: 'const { AsyncLocalStorage } = require("async_hooks");\nconst als = new AsyncLocalStorage();\nmodule.exports = (req) => {\n  als.enterWith(req);\n};',
      lines: [4],
    },
    {
      name: 'in a handler',
      code: 'import { AsyncLocalStorage } from "node:async_hooks";\nimport http from "http";\nconst als = new AsyncLocalStorage();\nhttp.createServer((req, res) => {\n  als.enterWith({ req });\n  res.end();\n});',
      lines: [5],
    },
  ],
});
