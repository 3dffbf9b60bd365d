import { testRule } from './harness.ts';

const code = (body: string): string =>
  `import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';\nconst als = new AsyncLocalStorage();\nconst queue = [];\nexport function f(req, res) {\n  ${body}\n}`;

testRule('no-async-context-loss', {
  valid: [
    { name: 'run', code: code('als.run({}, () => g());') },
    { name: 'bound', code: code('queue.push(AsyncResource.bind(() => g(als.getStore())));') },
    { name: 'a function without the store', code: code('queue.push(() => g());') },
    { name: 'an enterWith of something else', code: code('other.enterWith({});') },
  ],
  invalid: [
    { name: 'enterWith', code: code('als.enterWith({ id: 1 });'), lines: [5], message: 'als.run' },
    {
      name: 'kept in a list',
      code: code('queue.push(() => g(als.getStore()));'),
      lines: [5],
      message: 'AsyncResource.bind',
    },
  ],
});
