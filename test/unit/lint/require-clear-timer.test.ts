import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import http from 'node:http';\nhttp.createServer((req, res) => {\n  ${body}\n});`;

testRule('require-clear-timer', {
  valid: [
    {
      name: 'an event of the program itself',
      code: `config.on('changed', () => { setInterval(check, 1000); });`,
    },
    {
      name: 'cleared',
      code: handler('const t = setInterval(g, 1); res.on("close", () => clearInterval(t));'),
    },
    { name: 'kept', code: handler('res.timer = setInterval(g, 1);') },
    { name: 'once at start-up', code: 'setInterval(g, 1);' },
    { name: 'a timeout', code: handler('setTimeout(g, 1);') },
  ],
  invalid: [
    {
      name: 'dropped',
      code: handler('setInterval(() => res.write("x"), 1);'),
      lines: [3],
      message: 'Every request',
    },
    { name: 'only unref', code: handler('const t = setInterval(g, 1); t.unref();'), lines: [3] },
  ],
});
