import fc from 'fast-check';
import { expect, test } from 'vitest';
import { awaitedCalls, earlierCalls, givenTo } from '../../../src/tasks/holding/earlier-calls.ts';

/** What a function whose parameters are at `@(` has taken when it stands at `/*here*\/ await`. */
function takenIn(marked: string): string[] {
  const begin = marked.indexOf('@');
  const text = marked.replace('@', '');
  const end = text.indexOf('/*here*/') + '/*here*/ '.length;
  const place = (at: number) => {
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1 };
  };
  return earlierCalls(text, place(begin), place(end)).map(
    ({ object, method, line, returned }) =>
      `${[...object, method].join('.')}:${line}${returned ? ' and back' : ''}`,
  );
}

test.each<[string, string, string[]]>([
  [
    'what was awaited before',
    `async function f@() {
      await stock.acquire();
      const one = await this.db.pool?.connect({ a: '}' });
      const release = await lock('key');
      /*here*/ await orders.acquire();
    }`,
    ['stock.acquire:2', 'this.db.pool.connect:3', 'lock:4'],
  ],
  [
    'not what was given back: on the object, on the answer, by the answer',
    `async @() => {
      await stock.acquire();
      stock.release();
      const client = await pool.connect();
      await client.query('select ")"');
      client.release();
      const unlock = await lock('a');
      unlock();
      const [value, done] = await semaphore.acquire();
      done();
      /*here*/ await orders.acquire();
    }`,
    [],
  ],
  [
    'not what another function in it awaits, but what blocks of its own do',
    `class A {
      async run@() {
        items.map(async (item) => { await a.one(item); });
        items.map(async (item) => await b.two(item));
        const o = { async m() { await c.three(); } };
        async function inner() { await d.four(); }
        if (x) { await e.five(); }
        for (const y of z) await f.six(y);
        try { await g.seven(); } catch (error) { log(error); }
        for await (const row of rows) { await h.eight(row); }
        /*here*/ await last();
      }
    }`,
    ['e.five:7', 'f.six:8', 'g.seven:9', 'h.eight:10'],
  ],
  [
    'not what stands in comments, strings, templates, regular expressions',
    `async @() => {
      // await a.one();
      /* await b.two(); */
      log('await c.three()', \`await d.four() \${e(\`\${'}'}\`)} await f.five()\`, /await [/] g.six()/.test(x));
      const half = x / 2; await h.seven(); const other = y / 3;
      /*here*/ await last();
    }`,
    ['h.seven:5'],
  ],
  ['nothing before the function', `await a.one(); const f = async @() => { /*here*/ await b.two(); }`, []],
  [
    'and whether it is given back further on, in the same function',
    `async @() => {
      await stock.acquire();
      const client = await pool.connect();
      await limiter.take();
      try {
        /*here*/ await orders.acquire();
      } finally {
        client.release();
        stock.release();
      }
    };
    limiter.release();`,
    ['stock.acquire:2 and back', 'pool.connect:3 and back', 'limiter.take:4'],
  ],
  ['nothing where the body is one expression', `const f = async @() => /*here*/ await b.two();`, []],
])('%s', (_, text, calls) => {
  expect(takenIn(text)).toEqual(calls);
});

test('of any text at any place it makes a list', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'await ',
      'a.b(',
      ')',
      '{',
      '}',
      '`',
      '${',
      '=>',
      '/',
      '"',
      '\n',
      'if (',
      '[',
      ']',
      ',',
      ';',
      '\\',
      'é',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      pieces,
      fc.nat(9),
      fc.nat(40),
      fc.nat(9),
      fc.nat(40),
      (text, line, column, endLine, endColumn) => {
        const calls = earlierCalls(
          text.join(''),
          { line: line + 1, column: column + 1 },
          { line: endLine + 1, column: endColumn + 1 },
        );
        expect(calls.every(({ method }) => /^[a-z]+$/.test(method))).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each<[string, string[]]>([
  ['await pool.acquire();', ['acquire']],
  ['await (await pool.connect()).query(text);', ['connect']],
  ['await Promise.all(urls.map((url) => limit(load, url)));', ['all', 'map+', 'limit']],
  ['await queue.add(() => write(name));', ['add+', 'write']],
  ['await queue.add(async (job) => { await other.take(job); }, 3);', ['add+']],
  ['await client.send(text)\n  await lock.acquire()', ['send']],
  ['await client.send(text)\n  lock.acquire()', ['send']],
  ['await done', []],
  ['(await done)', []],
])('what is called in %s', (text, calls) => {
  const found = awaitedCalls(`f();\n  ${text}\n}`, { line: 2, column: 3 });
  expect(found.map(({ method, given }) => method + (given === 'function' ? '+' : ''))).toEqual(calls);
});

test.each<[string, string | undefined]>([
  ['await this.lock.run(async @() => {', 'this.lock.run'],
  ['limit(@() => {', 'limit'],
  ['lock.acquire(key, async @() => {', undefined],
  ['const f = async @() => {', undefined],
])('what the function in %s is given to', (marked, call) => {
  const given = givenTo(marked.replace('@', ''), { line: 1, column: marked.indexOf('@') + 1 });
  expect(given && [...given.object, given.method].join('.')).toBe(call);
});
