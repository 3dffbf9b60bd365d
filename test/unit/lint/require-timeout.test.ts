import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `import axios from 'axios';\nimport https from 'node:https';\nrequire('http').createServer(async (q, s) => {\n  ${body}\n});`;

testRule('require-timeout', {
  valid: [
    { name: 'a signal', code: handler('await fetch("http://a", { signal });') },
    { name: 'options from elsewhere', code: handler('await fetch("http://a", options);') },
    { name: 'options spread', code: handler('await fetch("http://a", { ...options });') },
    {
      name: 'a fetch of our own',
      code: `import { fetch } from './ours.js';\n${handler('await fetch("http://a");')}`,
    },
    { name: 'axios with a timeout', code: handler('await axios.get("http://a", { timeout: 100 });') },
    { name: 'a limit set later', code: handler('const r = https.get("https://a"); r.setTimeout(100);') },
    { name: 'not served', code: 'export const f = () => fetch("http://a");' },
  ],
  invalid: [
    {
      name: 'fetch',
      code: handler('await fetch("http://a");'),
      lines: [4],
      message: 'fetch()',
      fixed: handler('await fetch("http://a", { signal: AbortSignal.timeout(10000) });'),
    },
    {
      name: 'fetch with options',
      options: [{ timeout: 5 }],
      code: handler('await fetch("http://a", { method: "POST" });'),
      lines: [4],
      fixed: handler('await fetch("http://a", { method: "POST", signal: AbortSignal.timeout(5) });'),
    },
    {
      name: 'axios',
      code: handler('await axios.post("http://a", q.body);'),
      lines: [4],
      message: 'axios.post()',
    },
    { name: 'https', code: handler('https.get("https://a", (r) => r.pipe(s));'), lines: [4] },
    {
      name: 'anywhere, on request',
      options: [{ where: 'any' }],
      code: 'export const f = () => fetch("http://a");',
      lines: [1],
      confidence: 'possible',
    },
  ],
});
