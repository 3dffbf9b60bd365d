import { expect, test } from 'vitest';
import { nameInText } from '../../../src/tasks/anonymous.ts';

test.each<[string, string | undefined]>([
  ["app.get('/users', async @(req, res) => {", "callback of app.get('/users')"],
  ['items.map(async @(item) => {', 'callback of items.map'],
  ['this.#queue.add(async function @() {', 'callback of this.#queue.add'],
  ['limit(@async () => {', 'callback of limit'],
  ['server.listen(0, async @() => {', 'callback of server.listen'],
  ["app.use('/api', auth, users.check, async @(req, res) => {", "callback of app.use('/api')"],
  ['pool.run(other(1), async @() => {', undefined],
  ['run(work) {\n  return __awaiter(this, void 0, void 0, function* @() {', 'run'],
  ['const go = () => __awaiter(void 0, void 0, void 0, function* @() {', 'go'],
  ['const f = async @() => {', undefined],
  ['if (async @() => {', undefined],
  ['@() => {', undefined],
])('%s', (marked, name) => {
  const before = marked.slice(0, marked.indexOf('@')).split('\n');
  const text = `'use strict';\n${marked.replace('@', '')}`;
  expect(nameInText(text, before.length + 1, before.at(-1)!.length + 1)).toBe(name);
});

test.each<[string, string, string | undefined]>([
  [
    "new Worker('mails', async @(job) => job, { concurrency: 2 });",
    'Worker.concurrency',
    "callback of Worker('mails')",
  ],
  [
    'f({ concurrency }); new Worker(async @(job) => job, { concurrency });',
    'Worker.concurrency',
    'callback of Worker',
  ],
  ['f(async @() => {', '[Symbol.asyncIterator]', undefined],
  ['const $get$ = wrap(async @(req) => {', '$get$', undefined],
  ['exports.users = wrap(async @(req) => {', 'exports.users', undefined],
  ['app.get("/", async function users@(req) {', 'users', undefined],
  ['class A { async #load@() {', 'A.#load', undefined],
])('%s, which V8 calls %s', (marked, told, name) => {
  expect(nameInText(marked.replace('@', ''), 1, marked.indexOf('@') + 1, told)).toBe(name);
});

test('of a place that is not there, nothing is told', () => {
  expect(nameInText('f(() => 1)', 99, 3)).toBeUndefined();
  expect(nameInText('', 1, 1)).toBeUndefined();
});
