import { testRule } from './harness.ts';

const loop = (body: string): string =>
  `export async function f(ids, out) {\n  for (const id of ids) {\n    ${body}\n  }\n}`;

testRule('no-await-in-loop', {
  valid: [
    {
      name: 'a function of which nobody knows who calls it, where only what serves is asked for',
      code: loop('out.push(await getUser(id));'),
      options: [{ where: 'served' }],
    },
    {
      name: 'what is kept from the first turn on',
      code: `let kept;\nasync function getRate(name) { if (!kept) kept = await loadRates(); return kept[name]; }\nexport async function f(names) { const all = []; for (const name of names) { all.push(await getRate(name)); } return all; }`,
    },
    {
      name: 'ordered on purpose, says a comment',
      code: `async function f(ids) {\n  const all = [];\n  // This must be sequential: the names are made unique one by one.\n  for (const id of ids) {\n    all.push(await getUser(id));\n  }\n  return all;\n}`,
    },
    { name: 'writes in order', code: loop('await saveUser(id);') },
    { name: 'an early exit', code: loop('if (await findUser(id)) return id;') },
    { name: 'a break', code: loop('const u = await findUser(id); if (u) break;') },
    { name: 'a value carried over', code: loop('last = await getUser(id, last);') },
    { name: 'a sum', code: loop('total += await getPrice(id);') },
    { name: 'a retry', code: loop('try { await getUser(id); } catch { log(); }') },
    { name: 'a pause between', code: loop('await getUser(id); await sleep(100);') },
    {
      name: 'a container that is also looked at',
      code: loop('if (out.has(id)) continue; out.set(id, await getUser(id, out));'),
    },
    { name: 'a transaction', code: loop('await tx.getUser(id);') },
    { name: 'an await that does not depend on the turn', code: loop('await getNext(cursor);') },
    {
      name: 'for await',
      code: 'export async function f(pages) { for await (const page of pages) { await getUser(page); } }',
    },
    {
      name: 'start-up',
      code: 'async function main() { for (const f of files) { out.push(await readFile(f)); } }\nmain();',
    },
    {
      name: 'a transaction of the turn itself',
      code: loop('const tx = await db.begin(id);\n    out.push(await tx.getUser(id));'),
    },
    {
      name: 'a cursor that all turns share',
      code: `const cursor = open();\n${loop('const user = await getUser(id);\n    out.push(await cursor.getNext(user));')}`,
    },
    { name: 'unknown effects between', code: loop('prepare(id); out.push(await getUser(id));') },
    {
      name: 'what begins a program',
      code: 'export async function registerModules(names) {\n const all = {};\n for (const name of names) { all[name] = await readModule(name); }\n return all; }',
    },
  ],
  invalid: [
    {
      name: 'reads into a list',
      code: loop('out.push(await getUser(id));'),
      lines: [3],
      message: 'waits for getUser()',
      confidence: 'likely',
    },
    {
      name: 'reads into a map, with a condition',
      code: loop('if (!id) continue;\n    const user = await db.findUser(id);\n    out.set(id, user);'),
      lines: [4],
    },
    {
      name: 'an answer and its body',
      code: loop('const response = await fetch(`/users/${id}`);\n    out.push(await response.json());'),
      lines: [3],
      message: 'waits for fetch()',
      confidence: 'likely',
    },
    { name: 'reads into an object', code: loop('out[id] = await fetch(`/users/${id}`);'), lines: [3] },
    {
      name: 'names that say nothing, on request',
      options: [{ certainty: 'any' }],
      code: loop('out.push(await price(id));'),
      lines: [3],
      confidence: 'possible',
    },
    {
      name: 'a method that reads',
      code: 'export async function f(ids, users) {\n  const out = [];\n  for (const id of ids) { out.push(await users.getOne(id)); }\n  return out;\n}',
      lines: [3],
    },
  ],
});
