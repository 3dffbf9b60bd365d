import { testRule } from './harness.ts';

const code = (body: string): string =>
  `async function load(x) { return await db.get(x); }\nexport async function f(x) {\n  ${body}\n}`;

testRule('return-await', {
  valid: [
    {
      name: 'a catch for what is awaited before',
      code: `async function send(file) { await fetch(file); }\nexport async function serve(file) { try { const stat = await look(file); return send(stat.name); } catch { return 404; } }`,
    },
    {
      name: 'what never rejects',
      code: `async function wrap(stream) { return { stream }; }\nexport async function f(stream) { try { check(stream); return wrap(stream); } catch (error) { throw new Error('no', { cause: error }); } }`,
    },
    {
      name: 'a catch that calls the same function',
      code: 'async function f(x) { try { JSON.parse(x); return fetch(x); } catch { return fetch(x); } }',
    },
    {
      name: 'a chain that answers its errors itself',
      code: `async function f() { try { return fetch('/').then(read).catch((error) => { log(error); }); } catch (error) { log(error); } }`,
    },
    {
      name: 'a promise that is settled already',
      code: `async function f() { try { await g(); } catch (error) { return Promise.reject(error); } finally { close(); } }`,
    },
    { name: 'awaited', code: code('try { return await load(x); } catch { return 1; }') },
    { name: 'outside try', code: code('return load(x);') },
    { name: 'in the catch', code: code('try { go(); } catch { return load(x); }') },
    {
      name: 'in a function inside',
      code: code('try { run(() => { return load(x); }); } catch { return 1; }'),
    },
    { name: 'unknown', code: code('try { return theirs(x); } catch { return 1; }') },
  ],
  invalid: [
    {
      name: 'an arrow function',
      code: 'async function load(x) { return await db.get(x); }\nexport const f = async (x) => {\n  try { return load(x); } catch (error) { log(error); }\n};',
      lines: [3],
    },
    {
      name: 'with catch',
      code: code('try { return load(x); } catch { return 1; }'),
      lines: [3],
      message: 'passes this catch by',
      fixed: code('try { return await load(x); } catch { return 1; }'),
    },
    {
      name: 'with finally',
      code: code('try { return load(x); } finally { close(); }'),
      lines: [3],
      message: 'still in use',
    },
    {
      name: 'in a catch with finally',
      code: code('try { go(); } catch { return load(x); } finally { close(); }'),
      lines: [3],
    },
    {
      name: 'unknown, on request',
      options: [{ unknown: 'report' }],
      code: code('try { return theirs(x); } catch { return 1; }'),
      lines: [3],
      confidence: 'possible',
    },
  ],
});
