import { testRule } from './harness.ts';

testRule('no-floating-promises', {
  valid: [
    {
      name: 'what gets a callback by its name, of a package',
      code: `import fs from 'node:fs';\nexport function f(path, cb) { fs.promises.unlink(path, cb); }`,
    },
    {
      name: 'what waits in a branch only, that this call may never take',
      code: `async function answer(res, message) { if (message.isStream) { await send(res, message); } else { res.json(message); } }\nexport function f(res) { answer(res, { error: 1 }); }`,
    },
    {
      name: 'a list of which each handles its errors, at the end of a longer function',
      code: `export function f(items) { Promise.all(items.map((item) => { let name; if (item.x) name = item.x; else name = item.y; return load(name).catch(() => { warn(name); }); })); }`,
    },
    {
      name: 'a program that logs what nobody handles',
      code: `process.on('unhandledRejection', console.error);\nasync function save() { await x(); }\nexport async function f() { save(); }`,
    },
    {
      name: 'a connection that is closed',
      code: `class Client { async end() { await fetch('/'); } }\nconst client = new Client();\nexport function f() { client.end(); }`,
    },
    {
      name: 'a list of promises that nobody can reject',
      code: `export function f(items) { const all = items.map((one) => new Promise((resolve) => { one.write(resolve); })); Promise.all(all).then(() => { items.length = 0; }); }`,
    },
    {
      name: 'a component of a page that was compiled to CommonJS',
      file: 'dist-compiled/admin/src/Login.js',
      code: `'use strict';\nvar React = require('react');\nconst Login = () => { async function load() { await go(); }\n  React.useEffect(() => { load(); }, []); return null; };\nexports.Login = Login;`,
    },
    {
      name: 'meant, by the comment of another tool',
      code: `async function save() { await go(); }\nexport function f() {\n  // noinspection JSIgnoredPromiseFromCall\n  save();\n}`,
    },
    {
      name: 'a try in a catch',
      code: `async function clean() { try { await go(); } catch { try { await undo(); } catch (error) { console.error(error); } } }\nexport function f() { clean(); }`,
    },
    {
      name: 'modules that Browserify has put into one file',
      file: 'components/remotes.bundle.js',
      code: `(function () { function r(e) { return e; } return r; })()({ 1: [function (require, module, exports) { async function load() { await go(); }\nexports.click = function () { load(); }; }, {}] }, {}, [1]);`,
    },
    {
      name: 'a chunk whose name Vite gave',
      file: 'client/chunks/ApexChart-BcTJpttC.js',
      code: `async function load() { await go(); }\nexport const click = () => { load(); };`,
    },
    {
      name: 'what begins the program, by its name',
      code: `async function loadThemes() { await readAll(); }\nexport async function initBackgroundServices() { loadThemes(); }\nexport class Server { async stop() { loadThemes(); } }`,
    },
    {
      name: 'what ends the process',
      code: `export class Boot { async fatalError(error) { await flush(); process.exit(1); }\n  run() { try { go(); } catch (error) { this.fatalError(error); } } }`,
    },
    {
      name: 'a chunk of a bundle for pages',
      file: 'dist-compiled/app.common.js',
      code: `(globalThis["webpackChunkapp"] = globalThis["webpackChunkapp"] || []).push([[267], { 1(module, exports, require) { async function load() { await go(); }\nmodule.exports = () => { load(); }; } }]);`,
    },
    {
      name: 'a script of pages that asks for a member of the window',
      file: 'static/js/pad.js',
      code: `const a = require('./a');\nasync function load() { await a(); if (typeof window.log === 'string') window.location.reload(); document.title = window.name; }\nmodule.exports = () => { load(); };`,
    },
    {
      name: 'what a component of a page does when it is clicked',
      file: 'Picks.tsx',
      code: `import React from 'react';
async function move(id: string) { await fetch(id); }
export const Row = ({ id }: { id: string }) => <button type="button" onClick={() => { move(id); }}>up</button>;`,
    },
    {
      name: 'a script of a page that a bundler resolves',
      file: 'slider.js',
      code: `const hooks = require('./hooks');
async function load() { await hooks.read(); }
exports.init = () => {
  window.slider = document.title;
  window.onresize = () => { load(); };
};`,
    },
    {
      name: 'an async function that was given a callback for errors, wherever among its arguments',
      code: `async function first(name: string, done: (error: unknown) => void, pick?: string) { await read(name, pick); }
export const all = (name: string) =>
  new Promise((resolve, reject) => {
    first(name, (err, found) => (err != null ? reject(err) : resolve(found)), 'a');
  });`,
    },
    {
      name: 'all of a list in which nothing rejects',
      code: `async function one(url: string) { try { return await fetch(url); } catch { return undefined; } }
async function written(urls: string[]) { await Promise.all(urls.map(async (url) => { try { await fetch(url); } catch {} })); }
async function named(urls: string[]) { await Promise.all(urls.map(one)); }
async function listed() { await Promise.all([one('a'), one('b')]); }
export const some = (urls: string[]) => { written(urls); named(urls); listed(); };`,
    },
    {
      name: 'in a test',
      file: 'a.test.ts',
      code: `import { it } from 'vitest';\nasync function check() { await x(); }\nit('a', () => { check(); });`,
    },
    {
      name: 'code of a page',
      code: `import { show } from './menu.css';\nasync function open() { await fetch('/'); }\nexport function press() { open(); }`,
    },
    {
      name: 'awaited',
      code: 'async function save() { await x(); }\nexport async function f() { await save(); }',
    },
    {
      name: 'returned, void, caught',
      code: 'async function save() { await x(); }\nexport function f() { void save(); save().catch(log); save().then(a, b); return save(); }',
    },
    { name: 'start-up', code: 'async function main() { await x(); }\nmain();' },
    { name: 'a function not known to be async', code: 'export function f(save) { save(); other(); }' },
    {
      name: 'a function that handles all of its errors',
      code: 'async function save() {\n  try { await x(); } catch (error) { log(error); }\n}\nexport function f() { save(); }',
    },
    { name: 'a generator', code: 'async function* pages() { yield 1; }\nexport function f() { pages(); }' },
    {
      name: 'a wrapped function',
      code: 'const save = debounce(async () => { await x(); });\nexport function f() { save(); }',
    },
    {
      name: 'nothing that is awaited can fail',
      code: 'import { setTimeout as pause } from "timers/promises";\nasync function tick() { await pause(10); await new Promise((done) => setTimeout(done, 10)); }\nexport function f() { tick(); }',
    },
    {
      name: 'a function that only calls others',
      code: 'async function note(x) { list.push(x); }\nexport function f() { note(1); }',
    },
    {
      name: 'what is left to itself on purpose',
      code: 'async function warm() { await fetch("/"); }\nexport function f() {\n  // do not await: the answer goes out first\n  warm();\n  warm(); // fire and forget\n}',
    },
    {
      name: 'a chain that never rejects',
      code: 'export function f(xs, cb) { Promise.allSettled(xs).then((all) => cb(all)); }',
    },
    { name: 'what a caller passed', code: 'export function f(cb) { cb(); }\nf(async () => { await x(); });' },
    {
      name: 'the end of the process',
      code: 'class Server { async shutdown() { await this.close(); } stop() { this.shutdown(); } }\nexport default Server;',
    },
    {
      name: 'what is begun the first time only',
      code: 'let db;\nasync function check() { await x(); }\nexport function get() { if (db) return db; db = open(); check(); return db; }',
    },
    {
      name: 'a callback that gets the errors',
      code: "import Redis from 'ioredis';\nconst db = new Redis();\nexport function f(x, cb) { db.get(x, (error, value) => cb(error, value)); }",
    },
  ],
  invalid: [
    {
      name: 'what waits behind a test that leaves',
      code: `async function answer(res, message) { if (!message) return; await send(res, message); }\nexport function f(res) { answer(res, 1); }`,
      lines: [2],
    },
    {
      name: 'a program that logs what nobody handles, and ends',
      code: `process.on('unhandledRejection', (error) => { console.error(error); process.exit(1); });\nasync function save() { await x(); }\nexport async function f() { save(); }`,
      lines: [3],
      message: 'ends the process',
    },
    {
      name: 'a program that logs what nobody handles, where that is asked for',
      code: `process.on('unhandledRejection', console.error);\nasync function save() { await x(); }\nexport async function f() { save(); }`,
      options: [{ survived: 'report' }],
      lines: [3],
      message: "reaches nobody but the program's listener",
    },
    {
      name: 'a catch that waits before a try of its own',
      code: `async function clean() { try { await go(); } catch { await first(); try { await undo(); } catch (error) { console.error(error); } } }\nexport function f() { clean(); }`,
      lines: [2],
    },
    {
      name: 'a page that a server renders',
      code: `const React = require('react');\nasync function load() { await go(); }\nexports.render = () => { load(); return React.createElement('p'); };`,
      lines: [3],
    },
    {
      name: 'a file of the author in such a folder',
      file: 'src/client/load-Resource.js',
      code: `async function load() { await go(); }\nexport const click = () => { load(); };`,
      lines: [2],
    },
    {
      name: 'a listener that is set when the program begins',
      code: `async function refresh() { await readAll(); }
export function start(bus) {
  bus.onChange(() => { refresh(); });
}`,
      lines: [3],
    },
    {
      name: 'the same where a server asks whether there is a page',
      file: 'static/js/pad.js',
      code: `const a = require('./a');\nasync function load() { await a(); if (typeof window !== 'undefined') window.location.reload(); document.title = window.name; }\nmodule.exports = () => { load(); };`,
      lines: [3],
    },
    {
      name: 'all of a list in which something may reject',
      code: `async function one(url: string) { return await fetch(url); }
async function every(urls: string[]) { return Promise.all(urls.map(one)); }
export const some = (urls: string[]) => { every(urls).then((all) => done(all)); };`,
      lines: [3],
    },
    {
      name: 'in a file that renders for a page, on the server',
      file: 'render.tsx',
      code: `import React from 'react';
async function save(id: string) { await fetch(id); }
export function handle(id: string) { save(id); return <button type="button">up</button>; }`,
      lines: [3],
    },
    {
      name: 'where a page is only written',
      file: 'page.js',
      code: `const db = require('./db');
async function save(id) { await db.write(id); }
exports.page = (id) => {
  save(id);
  return '<script>window.a = document.b; window.c = document.d; window.e()</script>';
};`,
      lines: [4],
    },
    {
      name: 'where a page is only read in another program',
      file: 'shot.js',
      code: `const browser = require('puppeteer');
async function save(id) { await browser.write(id); }
exports.take = (page, id) => {
  page.evaluate(() => [window.innerWidth, document.title, window.name]);
  save(id);
};`,
      lines: [5],
    },
    {
      name: 'a function of the file',
      code: 'async function save() { await x(); }\nexport async function f() {\n  save();\n}',
      lines: [3],
      message: 'Nobody handles a rejection of save()',
      confidence: 'certain',
      fixed: 'async function save() { await x(); }\nexport async function f() {\n  await save();\n}',
    },
    {
      name: 'an arrow function',
      code: 'const save = async () => x();\nexport function f() { save(); }',
      lines: [2],
      fixed: null,
    },
    {
      name: 'a method',
      code: 'export class A {\n  async save() { await x(); }\n  f() { this.save(); }\n}',
      lines: [3],
    },
    {
      name: 'then without a second function',
      code: 'async function save() { await x(); }\nexport function f() { save().then(done).finally(end); }',
      lines: [2],
    },
    {
      name: 'fs.promises',
      code: `import fs from 'node:fs';\nexport function f() { fs.promises.writeFile('a', 'b'); }`,
      lines: [2],
      message: 'writeFile',
    },
    {
      name: 'a catch that throws again',
      code: 'async function save() { try { await x(); } catch (e) { throw wrap(e); } }\nexport function f() { save(); }',
      lines: [2],
    },
    {
      name: 'in a test, where asked',
      options: [{ tests: 'report' }],
      file: 'a.test.ts',
      code: `import { it } from 'vitest';\nasync function check() { await x(); }\nit('a', () => { check(); });`,
      lines: [3],
    },
    {
      name: 'a promise that is returned from a name',
      code: 'const locks = {};\nasync function save(x) { const done = locks[x].then(async () => { await x.y(); }); return done; }\nexport function f() {\n  save(1);\n}',
      lines: [4],
    },
    {
      name: 'a function that only calls others, where asked',
      options: [{ failures: 'any' }],
      code: 'async function note(x) { list.push(x); }\nexport function f() { note(1); }',
      lines: [2],
    },
    {
      name: 'at start-up, where asked',
      options: [{ startUp: 'report' }],
      code: 'async function main() { await x(); }\nmain();',
      lines: [2],
    },
  ],
});
