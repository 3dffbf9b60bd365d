import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFacts } from '../../../src/lint/facts.ts';

describe('calls', () => {
  it('have the name and the place of what is called, and the lines of the function around', () => {
    const code = `start();\nfunction f() {\n  return fs\n    .readFileSync(new URL(x))\n    .map?.((y) => tag\`a\`);\n}\n`;
    expect(collectFacts(code, 'a.js').calls).toEqual([
      { callee: 'start', line: 1, column: 1, functionStart: 1, functionEnd: 7 },
      { callee: 'readFileSync', line: 4, column: 6, functionStart: 2, functionEnd: 6 },
      { callee: 'URL', line: 4, column: 23, functionStart: 2, functionEnd: 6 },
      { callee: 'map', line: 5, column: 6, functionStart: 2, functionEnd: 6 },
      { callee: 'tag', line: 5, column: 19, functionStart: 5, functionEnd: 5 },
    ]);
  });

  it('are found in TypeScript and JSX', () => {
    expect(collectFacts('const a = <T,>(x: T) => f<T>(x!)!;', 'a.ts').calls.map((c) => c.callee)).toEqual([
      'f',
    ]);
    expect(
      collectFacts('const a = <div onClick={() => f()} />;', 'a.jsx').calls.map((c) => c.callee),
    ).toEqual(['f']);
    expect(
      collectFacts('class A extends B { constructor() { super(); this.#x(); } #x() {} }', 'a.mjs').calls.map(
        (c) => c.callee,
      ),
    ).toEqual(['super', '#x']);
  });
});

describe('calls whose value is dropped', () => {
  const dropped = (code: string): number[] =>
    collectFacts(code, 'a.ts').calls.flatMap((call) => (call.dropped ? [call.line] : []));

  it('are statements that call what is declared elsewhere', () => {
    expect(
      dropped(
        `import { save } from './store.ts';\nclass A {\n  async place(o) {\n    this.audit.record(o);\n    save(o);\n  }\n}\n`,
      ),
    ).toEqual([4, 5]);
  });

  it('are no calls that somebody waits for or handles, of packages, of this file, or with a callback', () => {
    expect(
      dropped(
        `import { send } from 'mail';\nasync function f() { await g(); }\nasync function h(a) {\n  await a.b();\n  void a.b();\n  a.b((e) => e);\n  f();\n  send(a);\n  return a.b();\n}\n`,
      ),
    ).toEqual([]);
  });

  it('may reject where the async function lets errors out', () => {
    const ranges = collectFacts(
      `async function a() { await x(); throw new Error('no'); }\nasync function b() { try { await x(); } catch { y(); } }\nfunction c() { throw new Error('no'); }\n`,
      'a.js',
    ).functionRanges;
    expect(ranges?.map(({ rejects = false }) => rejects)).toEqual([true, false, false]);
  });
});

it('functions tell the names of their parameters', () => {
  const code = `app.get('/', async (request, response) => { await (() => 1)(); });\nfunction f({ a }, b = 1, c) {}\n`;
  const { functionRanges } = collectFacts(code, 'a.js');
  expect(functionRanges?.map(({ parameters }) => parameters)).toEqual([
    ['request', 'response'],
    undefined,
    ['c'],
  ]);
});

describe('what calls are given', () => {
  it('is the path of a route, and the names of what a list may keep', () => {
    const code = `app.get('/orders/:id', show);\nwaiting.push({ response, since: now() });\nlog('/x' + y);\n`;
    expect(collectFacts(code, 'a.js').calls.map(({ callee, path, kept }) => [callee, path, kept])).toEqual([
      ['get', '/orders/:id', undefined],
      ['push', undefined, ['response', 'now']],
      ['now', undefined, undefined],
      ['log', undefined, undefined],
    ]);
  });

  it('is what is written to', () => {
    const code = `res.write(a); this.socket.write(b); ws.send(c); send(d); list.push(e);`;
    expect(collectFacts(code, 'a.js').calls.map(({ receiver }) => receiver)).toEqual([
      'res',
      'socket',
      'ws',
      undefined,
      undefined,
    ]);
  });
});

describe('listeners that pile up', () => {
  it('are those that each run adds to an emitter that outlives it', () => {
    const code = [
      `const stock = new EventEmitter();`,
      `stock.on('change', audit);`,
      `http.createServer((req, res) => {`,
      `  stock.on('change', () => res.write('.'));`,
      `  stock.once('closed', () => res.end());`,
      `  req.on('data', audit);`,
      `});`,
    ].join('\n');
    const head = `import http from 'node:http';\nimport { EventEmitter } from 'node:events';\n`;
    expect(collectFacts(head + code, 'a.js').leaks).toEqual([
      { emitter: 'stock', event: 'change', line: 6, column: 3, within: [{ line: 5, column: 19 }] },
    ]);
  });

  it('name the functions of which every run comes there', () => {
    const starts = (body: string): number[] => {
      const code = [
        `const stock = new EventEmitter();`,
        `function watch(res) { stock.on('change', () => res.write('.')); }`,
        `function show(req, res) {`,
        `  ${body}`,
        `}`,
        `require('http').createServer((req, res) => show(req, res));`,
      ].join('\n');
      const [leak] = collectFacts(code, 'a.js').leaks!;
      return (leak?.within ?? []).map(({ line }) => line).sort();
    };
    expect(starts('res.write("board");\n watch(res);')).toEqual([2, 3, 7]);
    expect(starts('if (req.url === "/board") watch(res);')).toEqual([2]);
    expect(starts('if (done) return;\n watch(res);')).toEqual([2]);
    expect(starts('for (const one of all) watch(res);')).toEqual([2]);
    expect(starts('req.on("end", () => watch(res));')).toEqual([2, 4]);
    expect(starts('try { check(req); } catch { watch(res); }')).toEqual([2]);
  });
});

describe('built-ins without a frame', () => {
  const work = (code: string): (string | undefined)[] =>
    collectFacts(code, 'a.js').calls.map(({ frameless }) => frameless);

  it('are told from other calls of the same name', () => {
    expect(work('JSON.parse(a); JSON.stringify(a); structuredClone(a);')).toEqual(['json', 'json', 'native']);
    expect(work('csv.parse(a); parse(a); const JSON = mine; JSON.parse(a);')).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const expressions =
      'const b = /b/g; b.exec(a); new RegExp(c).test(a); (c, d) => { c.match(d); c.replace(/a/g, ""); }';
    expect(work(expressions)).toEqual(['regexp', undefined, 'regexp', 'regexp', 'regexp']);
    const others = `test('x', () => {}); t.test('x', run); c.replace('a', 'b'); require('child_process').exec(a);`;
    expect(work(others).filter(Boolean)).toEqual([]);
    expect(work(`import { A } from './a.js'; A.test(b);`)).toEqual(['regexp']);
    const rows = `import { DatabaseSync } from 'node:sqlite'; const q = new DatabaseSync('a').prepare('b'); q.all(c);`;
    expect(work(rows).at(-1)).toBe('sync-other');
    expect(work(`import { A } from 'a'; A.test(b);`)).toEqual([undefined]);
  });
});

describe('functions', () => {
  it('have a first and a last line', () => {
    const code = `function f() {\n  return list.map((x) => x)\n}\nclass A {\n  m() {\n  }\n}\n`;
    expect(collectFacts(code, 'a.js').functions).toEqual([
      { first: 1, last: 3 },
      { first: 2, last: 2 },
      { first: 5, last: 6 },
    ]);
  });
});

describe('awaits in loops', () => {
  const loops = (body: string): number[] =>
    collectFacts(`async function rows(ids) {\n  const all = [];\n${body}\n  return all;\n}`, 'a.js')
      .independentAwaits.filter(({ loop }) => loop)
      .map(({ awaits }) => awaits[0]!.line);

  it('are told where no turn needs an earlier one', () => {
    expect(loops('for (const id of ids) {\n  all.push(await load(id));\n}')).toEqual([4]);
    expect(loops('for (const id of ids) {\n  const row = await load(id);\n  all.push(row);\n}')).toEqual([4]);
    const counted = 'for (let i = 0; i < ids.length; i++) {\n  all.push(await load(ids[i]));\n}';
    expect(loops(counted)).toEqual([4]);
    const body = 'const answer = await fetch(id);\n  all.push({ id, body: await answer.json() });';
    expect(loops(`for (const id of ids) {\n  ${body}\n}`)).toEqual([4]);
  });
  it('are not told where one may, or where the result is dropped', () => {
    expect(loops('for (let i = 0; i < all.length; i++) {\n  all.push(await load(i));\n}')).toEqual([]);
    expect(loops('for (let i = 0; ; i++) {\n  all.push(await load(i));\n}')).toEqual([]);
    const paged = 'let last = 1;\nfor (let page = 1; page <= last; page++) {';
    expect(loops(`${paged}\n  const answer = await load(page);\n  last = answer.last;\n}`)).toEqual([]);
    expect(loops('let last;\nfor (const id of ids) {\n  last = await load(id, last);\n}')).toEqual([]);
    expect(loops('for (const id of ids) {\n  if (await load(id)) break;\n}')).toEqual([]);
    expect(loops('for (const id of ids) {\n  await handle(id);\n}')).toEqual([]);
    expect(loops('for await (const id of ids) {\n  all.push(await load(id));\n}')).toEqual([]);
  });
});

describe('independent awaits', () => {
  const lines = (body: string): number[][] =>
    collectFacts(`async function page(id) {\n${body}\n}`, 'a.js').independentAwaits.map(({ awaits }) =>
      awaits.map(({ line }) => line),
    );

  it('have places, in order, and a function', () => {
    expect(
      collectFacts('const page = async () => {\n  const a = await f();\n  const b = await g();\n};', 'a.js')
        .independentAwaits,
    ).toEqual([
      {
        awaits: [
          { file: 'a.js', line: 2, column: 13, function: 'page' },
          { file: 'a.js', line: 3, column: 13, function: 'page' },
        ],
        function: 'page',
      },
    ]);
  });

  it('may have names that say nothing', () =>
    expect(
      lines(
        'const a = await stock(id);\nconst b = await nextPayout(id);\nconst c = await openShipments(id);',
      ),
    ).toEqual([[2, 3, 4]]));
  it('may have unrelated statements between', () =>
    expect(
      lines('const a = await f(id);\nconst now = Date.now();\nlog.info(now);\nconst b = await g(now);'),
    ).toEqual([[2, 5]]));
  it('end at a use of an earlier result', () =>
    expect(
      lines('const a = await f(id);\nconst b = await g(id);\nconst c = await h(a);\nconst d = await i(b);'),
    ).toEqual([
      [2, 3],
      [4, 5],
    ]));
  it('are not writes', () =>
    expect(lines('const a = await save(id);\nconst b = await create(id);')).toEqual([]));
  it('are not found at module level', () =>
    expect(collectFacts('const a = await f();\nconst b = await g();', 'a.mjs').independentAwaits).toEqual(
      [],
    ));
});

describe('whatever the source', () => {
  it('answers with nothing for a syntax error', () => {
    expect(collectFacts('function (', 'a.js')).toEqual({ file: 'a.js', independentAwaits: [], calls: [] });
  });

  it('answers for a source that is nested very deeply', () => {
    expect(collectFacts(`${'['.repeat(20_000)}f()${']'.repeat(20_000)}`, 'a.js').file).toBe('a.js');
  });

  it('never throws', () => {
    const parts = [
      'await f(',
      ')',
      'async () => {',
      '}',
      'const a = ',
      'a',
      ';',
      'class A {',
      '`${',
      '(',
      '\n',
      'for (const x of y)',
      'return',
      '<T>',
      '/a+/',
      'this.',
      '?.',
      '#x',
      'import fs from "fs";',
      'new ',
      '{',
      ',',
      '=>',
      'yield',
      '...',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts), { maxLength: 25 }),
        fc.constantFrom('.ts', '.tsx', '.js', '.cjs'),
        (words, extension) => {
          expect(collectFacts(words.join(' '), `a${extension}`).file).toBe(`a${extension}`);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('independent awaits of one expression', () => {
  it.each([
    'async () => (await getX(1)) + (await getY(2))',
    'async () => `${await getX(1)} ${await getY(2)}`',
    'async () => ({ a: await getX(1), b: await getY(2) })',
    'async () => [await getX(1), await getY(2)]',
    'async () => { const a = await getX(1), b = await getY(2); return [a, b]; }',
  ])('%s', (code) => {
    const [run] = collectFacts(`const f = ${code};`, '/a.js').independentAwaits;
    expect(run?.awaits.map(({ line }) => line)).toEqual([1, 1]);
    expect(new Set(run?.awaits.map(({ column }) => column)).size).toBe(2);
  });
  it('not of a condition', () => {
    expect(
      collectFacts('const f = async () => (await getX(1)) && (await getY(2));', '/a.js').independentAwaits,
    ).toEqual([]);
  });
});
