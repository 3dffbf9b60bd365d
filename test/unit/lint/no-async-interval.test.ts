import { testRule } from './harness.ts';

testRule('no-async-interval', {
  valid: [
    {
      name: 'a program that logs what nobody handles',
      code: `process.on('unhandledRejection', console.error);\nsetInterval(async () => { await f(); }, 1000);`,
    },
    { name: 'a plain function', code: 'setInterval(() => { g(); }, 1);' },
    {
      name: 'a flag',
      code: 'let running = false;\nsetInterval(async () => { if (running) return; running = true; try { await g(); } finally { running = false; } }, 1);',
    },
    {
      name: 'errors that are handled',
      code: 'setInterval(async () => { try { await g(); } catch (e) { console.error(e); } }, 1);',
    },
    { name: 'setTimeout', code: 'setTimeout(async () => { await g(); }, 1);' },
    { name: 'without any await', code: 'setInterval(async () => { g(); }, 1);' },
    { name: 'a function that is not async', code: 'function h() { g(); }\nsetInterval(h, 1);' },
  ],
  invalid: [
    {
      name: 'a program that logs what nobody handles, where that is asked for',
      code: `process.on('unhandledRejection', console.error);\nsetInterval(async () => { await f(); }, 1000);`,
      options: [{ survived: 'report' }],
      lines: [2],
    },
    {
      name: 'an async function',
      code: 'setInterval(async () => { await g(); }, 1);',
      lines: [1],
      message: 'ends the process',
    },
    {
      name: 'by name, with its errors handled, where asked',
      options: [{ caught: 'report' }],
      code: 'async function h() { try { await g(); } catch (e) { }}\nsetInterval(h, 1);',
      lines: [2],
      message: 'runs pile up.',
    },
    { name: 'a function', code: 'setInterval(async function () { await g(); }, 1);', lines: [1] },
    {
      name: 'by name',
      code: 'async function h() { await g(); }\nsetInterval(h, 1);',
      lines: [2],
      message: 'ends the process',
    },
    {
      name: 'a catch that throws again',
      code: 'setInterval(async () => { try { await g(); } catch (e) { throw e; } }, 1);',
      lines: [1],
      message: 'ends the process',
    },
    {
      name: 'an arrow function that gives its await',
      code: 'const h = async () => await g();\nsetInterval(h, 1000);',
      lines: [2],
      confidence: 'likely',
    },
  ],
});
