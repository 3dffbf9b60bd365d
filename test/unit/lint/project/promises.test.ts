import path from 'node:path';
import { expect, it } from 'vitest';
import { lintText } from '../../../../src/lint/lint-text.ts';
import { buildProject, ROOT } from './build-project.ts';

/** What the project says about the call that ends with `end`. */
function gift(files: Record<string, string>, name: string, end: string): string {
  const at = files[name]!.indexOf(end);
  if (at < 0) throw new Error(`${name} has no "${end}"`);
  return buildProject(files).facts(path.join(ROOT, name))?.gives[at + end.length] ?? 'unknown';
}

const LIBRARY = `
export async function load() { return fetch('/'); }
export function typed(): Promise<void> { return x(); }
/** @returns {Promise<number>} later */
export function documented(a) { return x(a); }
export const arrow = async () => { throw 1; };
export function hands() { return load(); }
export function handsFar() { return hands(); }
export async function seldom(a) { if (a) await load(); }
export async function calm() { try { await load(); } catch { } }
export function plain() { return 5; }
export function mixed(a) { return a ? 5 : load(); }
export class Store {
  client = new Client();
  async save() { await x(); }
  read() { return this.save(); }
}
class Client { async get() { throw 1; } }
`;

it.each([
  ['load()', 'promise'],
  ['typed()', 'promise'],
  ['documented(1)', 'promise'],
  ['arrow()', 'promise'],
  ['hands()', 'promise'],
  ['handsFar()', 'promise'],
  ['seldom(1)', 'seldom'],
  ['calm()', 'settled'],
  ['plain()', 'value'],
  ['mixed(1)', 'unknown'],
  ['new Store().save()', 'promise'],
  ['store.read()', 'promise'],
  ['store.client.get()', 'promise'],
  ['other()', 'unknown'],
  ['axios.get(1)', 'promise'],
])('%s gives %s', (call, gives) => {
  const main = `import { load, typed, documented, arrow, hands, handsFar, seldom, calm, plain, mixed, Store } from './library';
import axios from 'axios';
const store = new Store();
export function main() { ${call}; }`;
  expect(gift({ 'main.ts': main, 'library.ts': LIBRARY }, 'main.ts', `{ ${call}`)).toBe(gives);
});

it('lets rules see a dropped promise of another file, but not one that never rejects', () => {
  const text = `import { load, calm } from './library';\nexport function show() {\n  load();\n  calm();\n}\n`;
  const file = path.join(ROOT, 'main.ts');
  const project = buildProject({ 'main.ts': text, 'library.ts': LIBRARY }).facts(file);
  const lines = (facts: typeof project): number[] =>
    lintText({ text, file, preset: 'recommended', project: facts })
      .value.filter(({ rule }) => rule === 'no-floating-promises')
      .map(({ location }) => location.line);
  expect(lines(project)).toEqual([3]);
  expect(lines(undefined)).toEqual([]);
});

it('knows what never rejects by what it waits for in other files', () => {
  const files = {
    'a.js': `import { b } from './b.js';\nimport { setTimeout as pause } from 'timers/promises';\nexport async function a() { await pause(5); await b(); return c(); }\nconst c = () => new Promise((done) => setTimeout(done, 5));\nexport async function bad() { await b(); await fetch('/'); }`,
    'b.js': `export async function b() { try { await fetch('/'); } catch (error) { console.error(error); } }`,
    'main.js': `import { a, bad } from './a.js';\nexport function main() { a(); bad(); }`,
  };
  expect(gift(files, 'main.js', 'a()')).toBe('settled');
  expect(gift(files, 'main.js', 'bad()')).toBe('promise');
});

it('says nothing of a parameter, of which other callers may pass something else', () => {
  const files = {
    'run.js': `export function run(then) { then(); }`,
    'main.js': `import { run } from './run.js';\nrun(async () => { throw new Error('x'); });`,
  };
  expect(gift(files, 'run.js', 'then()')).toBe('unknown');
});

it('knows what has its value at once, but for the first time, also by what it waits for in other files', () => {
  const files = {
    'settings.ts': `import { read } from './db';
let kept: Setting[] | undefined;
export async function setting(name: string) { if (!kept) { kept = await read(); } return kept.find((one) => one.name === name); }
export const language = async () => (await setting('language')) ?? 'en';
export async function both() { const a = await language(); const b = await setting('b'); return merge(a, b); }
export function merge(a, b): string[] { return [a, b]; }
export const fresh = async () => { await setting('a'); return read(); };
export class Store {
  async open() { if (this.file) return this.file; this.file = await read(); return this.file; }
  async ready() { await this.opened; }
  async write() { throw new Error('for subclasses'); }
  async each(names) { for (const name of names) await read(name); }
}`,
    'db.ts': `export async function read() { return fetch('/'); }`,
    'main.ts': `import { setting, language, both, fresh, Store } from './settings';
import { read } from './db';
const store = new Store();
export async function main() { await setting(1); await language(); await both(); await fresh(); await read(); await store.open(); await store.ready(); await store.write(); await store.each(1); }`,
  };
  const { prompt } = buildProject(files).facts(path.join(ROOT, 'main.ts'))!;
  const calls = files['main.ts'].split('await ').slice(1);
  const at = (call: string): number => files['main.ts'].indexOf(call) + call.length;
  const found = calls.map((call) => call.replace(/;.*/, '')).filter((call) => prompt[at(call)]);
  expect(found).toEqual(['setting(1)', 'language()', 'both()', 'store.open()', 'store.ready()']);
});
