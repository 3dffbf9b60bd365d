// What somebody types, repeatable: small changes at one place, some of which cannot be parsed until the next one.
import { mutate } from './mutate.mjs';

/** The next text of a file that is being edited. @param earlier texts of the same file */
export function typed(text, earlier, random) {
  const at = random(text.length + 1);
  switch (random(12)) {
    case 0:
      return insert(text, at, KEYS[random(KEYS.length)]);
    case 1:
      return insert(text, lineStart(text, at), `${LINES[random(LINES.length)]}\n`);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + random(12));
    case 3:
      return withoutLine(text, at);
    case 4:
      return renamed(text, at, random);
    case 5:
      return text.replaceAll(wordAt(text, at) || 'x', (word) => `${word}2`);
    case 6:
      return insert(text, wordStart(text, at), WORDS[random(WORDS.length)]);
    case 7:
      return insert(text, lineEnd(text, at), TAILS[random(TAILS.length)]);
    case 8:
    case 9:
      return insert(text, lineEnd(text, at), `\n${LINES[random(LINES.length)]}`);
    case 10:
      return mutate(text, text, random);
    default:
      return earlier[random(earlier.length)] ?? text;
  }
}

const insert = (text, at, part) => text.slice(0, at) + part + text.slice(at);
const lineStart = (text, at) => text.lastIndexOf('\n', at - 1) + 1;
const lineEnd = (text, at) => (text.indexOf('\n', at) + 1 || text.length + 1) - 1;
const withoutLine = (text, at) => text.slice(0, lineStart(text, at)) + text.slice(lineEnd(text, at) + 1);
const wordStart = (text, at) => {
  while (at > 0 && /\w/.test(text[at - 1])) at--;
  return at;
};
const wordAt = (text, at) => /^\w+/.exec(text.slice(wordStart(text, at), at + 40))?.[0];

function renamed(text, at, random) {
  const start = wordStart(text, at);
  const word = wordAt(text, at) ?? '';
  const names = text.match(/[A-Za-z_]\w*/g) ?? ['x'];
  return text.slice(0, start) + names[random(names.length)] + text.slice(start + word.length);
}

const KEYS = ' ~x~;~(~)~{~}~[~]~.~,~\n~"~\'~`~/~//~/*~*/~=~=>~\n\n~${~?~!~+~#!~<!--~-->~\\~\u2028~é'.split(
  '~',
);
const WORDS = [
  'async ',
  'await ',
  'return ',
  'export ',
  'new ',
  '!',
  '...',
  'let ',
  'type ',
  'delete ',
  '(',
  'else ',
];
const TAILS = [
  '',
  ';',
  '}',
  ' // note',
  ' /* note',
  ' */',
  ' (',
  ')',
  ' {',
  ' +',
  '\n{',
  '\n}',
  '.then(next)',
];
const LINES = [
  "import fs from 'node:fs';",
  "const fs = require('node:fs');",
  "'use strict';",
  '// eslint-disable-next-line',
  '/* eslint-disable */',
  '/* eslint-enable */',
  '/* eslint looplens/no-sync: 2 */',
  'fs.readFileSync(name);',
  'await load();',
  'load().then(next);',
  'const cache = new Map(); export function get(key) { cache.set(key, 1); }',
  'cache.delete(key);',
  'export async function load(key) { return fs.promises.readFile(key); }',
  'function load(key) { return 1; }',
  'async function load(key: string): Promise<void>;',
  'interface Load { key: string }',
  'const Load = class {};',
  'export default Load;',
  'export { load, Load };',
  'app.get("/x", async (req, res) => { res.end(fs.readFileSync(req.query.a)); });',
  'setInterval(async () => { await load(/(a+)+$/.test(req.body)); }, 1);',
  'module.exports = { load };',
  'var load = 1; var load = 2;',
  'let',
  'type',
  '(load)',
  '`${load}`',
  'if (load) {',
  'else {',
  '}',
  '@dec class A { #p = 1; get() { return this.#p; } }',
  '<A b={load} />;',
  'describe("x", () => {});',
  'process.exit();',
  'label: for (;;) break label;',
];
