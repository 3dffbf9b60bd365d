import { expect, it } from 'vitest';
import { lintWith, testRule } from './harness.ts';

const fn = (...lines: string[]): string =>
  `export async function f(id, tx, db) {\n${lines.map((l) => `  ${l}\n`).join('')}}`;

testRule('prefer-parallel-awaits', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: `export async function f(id) { const a = await getUser(id); const b = await findOrders(id); return [a, b]; }`,
      options: [{ where: 'served' }],
    },
    {
      name: 'what tells how the program is used',
      file: 'services/telemetry.js',
      code: `export async function send(bus) { const users = await countUsers(); const roles = await countRoles(); bus.track({ users, roles }); }`,
    },
    {
      name: 'a promise that is resolved already',
      code: `async function getScore(one) { return Promise.resolve({ one }); }\nexport async function f(id) { const a = await getScore(id); const b = await getUser(id); return [a, b]; }`,
    },
    {
      name: 'a handle that has the transaction',
      code: `export class Orders {
  async address(ctx, id) { const order = await this.getOrder(ctx, id); const country = await this.countries.findOne(ctx, id); return [order, country]; }
  getOrder(ctx, id) { return this.db.getRepository(ctx, Order).findOne(id); }
}`,
    },
    {
      name: 'what installs plugins',
      code: `import express from 'express';\nexpress().post('/plugins/install', async (req, res) => { const a = await getList(req.body); const b = await getNames(req.body); res.json([a, b]); });`,
    },
    {
      name: 'what is kept from the first call on',
      code: `let kept;
async function getSettings() { if (!kept) kept = await loadSettings(); return kept; }
async function getName() { return (await getSettings()).name; }
export async function f(id) { const a = await getSettings(); const b = await getName(); const c = await getUser(id); return [a, b, c]; }`,
    },
    {
      name: 'what an object keeps, and what waits for nothing',
      code: `class Store {
  async getFile() { if (this.file) return this.file; this.file = await readIt(); return this.file; }
  async getUrl(id) { return encodeURIComponent(id); }
  async f(id) { const a = await this.getFile(); const b = await this.getUrl(id); const c = await getUser(id); return [a, b, c]; }
}`,
    },
    {
      name: 'a migration by the last word of its file',
      file: 'lib/price-migrations.js',
      code: `export async function populate(db) { const a = await db.findPrices(); const b = await db.findPlans(); return [a, b]; }`,
    },
    {
      name: 'queries of one transaction',
      code: `async function f(trx) { const a = await db.User.findAll({ transacting: trx }); const b = await db.Role.findAll({ transacting: trx }); return [a, b]; }`,
    },
    {
      name: 'the second uses the first',
      code: fn('const a = await getUser(id);', 'const b = await getOrders(a.id);'),
    },
    {
      name: 'by way of a name between',
      code: fn('const a = await getUser(id);', 'const key = a.key;', 'const b = await getOrders(key);'),
    },
    {
      name: 'destructured',
      code: fn('const { key } = await getUser(id);', 'const b = await getOrders({ key });'),
    },
    {
      name: 'a check between',
      code: fn('const a = await getUser(id);', 'if (!a) return;', 'const b = await getOrders(id);'),
    },
    {
      name: 'an assertion between',
      code: fn('const a = await getUser(id);', 'assert(a);', 'const b = await getOrders(id);'),
    },
    {
      name: 'a change between',
      code: fn('const a = await getUser(id);', 'id.page = 2;', 'const b = await getOrders(id);'),
    },
    { name: 'writes', code: fn('const a = await saveUser(id);', 'const b = await saveOrder(id);') },
    { name: 'a write, then a read', code: fn('await saveUser(id);', 'const b = await getUser(id);') },
    {
      name: 'a transaction',
      code: fn('const a = await tx.getUser(id);', 'const b = await tx.getOrders(id);'),
    },
    {
      name: 'a transaction that is handed over',
      code: fn('const a = await getUser(tx);', 'const b = await getOrders(tx);'),
    },
    {
      name: 'a reader that moves on',
      code: fn('const a = await reader.read();', 'const b = await reader.read();'),
    },
    {
      name: 'an order in the arguments',
      code: fn('const a = await getUser(id++);', 'const b = await getOrders(id++);'),
    },
    {
      name: 'a variable that is set by one and used by the other',
      code: fn('let a = await getUser(id);', 'a = await getOrders(a);'),
    },
    {
      name: 'requests that write',
      code: fn(`const a = await fetch('/a', { method: 'POST' });`, `const b = await fetch('/b');`),
    },
    {
      name: 'statements of SQL that write',
      code: fn(
        `const a = await db.query('INSERT INTO t VALUES (1)');`,
        `const b = await db.query('SELECT 1');`,
      ),
    },
    {
      name: 'authentication before reading',
      code: fn('const a = await authenticate(id);', 'const b = await getOrders(id);'),
    },
    {
      name: 'two branches',
      code: fn('if (id) { const a = await getUser(id); } else { const b = await getOrders(id); }'),
    },
    {
      name: 'start-up',
      code: 'async function main() { const a = await getUser(1); const b = await getOrders(2); return [a, b]; }\nmain();',
    },
    {
      name: 'a test',
      file: 'x.test.ts',
      code: fn('const a = await getUser(id);', 'const b = await getOrders(id);'),
    },
    {
      name: 'names that say nothing, outside handlers',
      code: fn('const a = await stock(id);', 'const b = await payout(id);'),
    },
    {
      name: 'hashes, which compute',
      code: fn('const a = await getSha256(id);', 'const b = await getSha256(db);'),
    },
    {
      name: 'options that hold a transaction',
      code: "export async function f(options, store, users) { const txOptions = { transacting: options.transacting };\n const a = await store.readAll({ key: 'a', ...txOptions });\n const b = await users.readAll({ key: 'b', ...txOptions });\n return [a, b]; }",
    },
    {
      name: 'what begins a program',
      code: "export async function loadPlugins(store, users) {\n const a = await store.readAll('a');\n const b = await users.readAll('b');\n return [a, b]; }",
    },
    {
      name: 'a folder of loaders',
      file: 'src/loaders/all.ts',
      code: "export async function all(store, users) {\n const a = await store.readAll('a');\n const b = await users.readAll('b');\n return [a, b]; }",
    },
    {
      name: 'queries of one connection',
      code: 'export class A {\n async f() {\n  const a = await this.connection.getRepository(X).find();\n  const b = await this.connection.getRepository(Y).find();\n  return [a, b];\n }\n}',
    },
  ],
  invalid: [
    {
      name: 'a handler, where only what serves is asked for',
      code: `import express from 'express';\nexpress().get('/page/:id', async (req, res) => { const a = await getUser(req.params.id); const b = await findOrders(req.params.id); res.json([a, b]); });`,
      options: [{ where: 'served' }],
      lines: [2],
    },
    {
      name: 'a handle that has none',
      code: `export class Orders {
  async address(ctx, id) { const order = await this.getOrder(ctx, id); const country = await this.countries.findOne(ctx, id); return [order, country]; }
  getOrder(ctx, id) { return this.db.findOrder(ctx, id); }
}`,
      lines: [2],
    },
    {
      name: 'two reads with one between that is kept',
      code: `let kept;
async function getSettings() { return (kept ??= await loadSettings()); }
export async function f(id) {
  const a = await getUser(id);
  const b = await getSettings();
  const c = await getOrders(id);
  return [a, b, c];
}`,
      lines: [4],
      message: '(lines 4, 6)',
      fixed: null,
    },
    {
      name: 'methods that read anew each time',
      code: `class Store {
  async getFile() { this.file = await readIt(); return this.file; }
  async f() {
    const a = await this.getFile();
    const b = await this.getFile(1);
    return [a, b];
  }
}`,
      lines: [4],
    },
    {
      name: 'names that say nothing, on request',
      options: [{ certainty: 'any' }],
      code: fn('const a = await first(id);', 'const b = await second(id);', 'return { a, b };'),
      lines: [2],
      confidence: 'possible',
    },
    {
      name: 'two reads',
      code: fn('const a = await getUser(id);', 'const b = await getOrders(id);', 'return { a, b };'),
      lines: [2],
      message: '2 awaits wait one after another (lines 2, 3)',
      confidence: 'likely',
      fixed: fn('const [a, b] = await Promise.all([getUser(id), getOrders(id)]);', 'return { a, b };'),
    },
    {
      name: 'three reads, one destructured',
      code: fn('const a = await getUser(id);', 'const { b } = await getB(id);', 'const c = await getC(id);'),
      lines: [2],
      message: '3 awaits',
      fixed: fn('const [a, { b }, c] = await Promise.all([getUser(id), getB(id), getC(id)]);'),
    },
    {
      name: 'unrelated statements between: no fix',
      code: fn(
        'const a = await getUser(id);',
        'const now = Date.now();',
        'console.log(now);',
        'const b = await getOrders(id);',
      ),
      lines: [2],
      fixed: null,
    },
    {
      name: 'a comment between: no fix',
      code: fn('const a = await getUser(id);', '// why', 'const b = await getOrders(id);'),
      lines: [2],
      fixed: null,
    },
    {
      name: 'in one expression',
      code: fn('return { a: await getUser(id), b: await getOrders(id) };'),
      lines: [2],
    },
    { name: 'in arguments', code: fn('return join(await getUser(id), await getOrders(id));'), lines: [2] },
    {
      name: 'reading requests',
      code: fn(`const a = await fetch('/a');`, `const b = await fetch('/b', { method: 'GET' });`),
      lines: [2],
    },
    {
      name: 'in a branch and its own run after it',
      code: fn(
        'const a = await getUser(id);',
        'if (!a) return;',
        'const b = await getB(id);',
        'const c = await getC(id);',
      ),
      lines: [4],
    },
    {
      name: 'nouns in a handler',
      code: `export async function routes(app) {\n  app.get('/', async () => {\n    const a = await stockLevels(1);\n    const b = await nextPayout(2);\n    return { a, b };\n  });\n}`,
      lines: [3],
      confidence: 'possible',
    },
  ],
});

it('names the other awaits', () => {
  const { value } = lintWith('prefer-parallel-awaits', {
    code: fn('const a = await getUser(id);', 'const b = await getOrders(id);'),
  });
  expect(value[0]?.related).toEqual([
    {
      message: 'waits for the one before it',
      location: { file: 'server.ts', line: 3, column: 13, function: 'f' },
    },
  ]);
});
