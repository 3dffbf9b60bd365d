import path from 'node:path';
import { expect, it } from 'vitest';
import { lintText } from '../../../../src/lint/lint-text.ts';
import { buildProject, ROOT } from './build-project.ts';

const PAGE = `import { send } from './send';\ndocument.querySelector('button').addEventListener('click', () => send());`;
const FLOATING = `async function load() { await fetch('/'); }\nexport function send() { load(); }`;
const SERVER = `import http from 'node:http';\nimport { send } from './send';\nhttp.createServer(() => send()).listen(0);`;

/** How many findings a file has, in its project. */
function count(files: Record<string, string>, name: string): number {
  const file = path.join(ROOT, name);
  const project = buildProject(files).facts(file);
  const rules = { 'require-timeout': 'off' } as const;
  return lintText({ text: files[name]!, file, preset: 'recommended', rules, project }).value.length;
}

it('takes what only pages load for code of a page', () => {
  const server = 'import fs from "node:fs"; fs.mkdirSync("x");';
  expect(count({ 'web/send.ts': FLOATING, 'main.ts': server }, 'web/send.ts')).toBe(1);
  expect(count({ 'web/send.ts': FLOATING, 'web/page.ts': PAGE, 'main.ts': server }, 'web/send.ts')).toBe(0);
});

it('takes what a server loads, too, for code of the server', () => {
  expect(
    count({ 'both/send.ts': FLOATING, 'both/page.ts': PAGE, 'both/main.ts': SERVER }, 'both/send.ts'),
  ).toBe(1);
});

it('takes what stands among files of pages for one of them, unless code for Node stands there, too', () => {
  const page = `document.querySelector('a').focus();`;
  const main = { 'main.ts': 'import fs from "node:fs"; fs.mkdirSync("x");' };
  expect(count({ ...main, 'web/a/page.ts': page, 'web/b/send.ts': FLOATING }, 'web/b/send.ts')).toBe(0);
  expect(
    count(
      { ...main, 'lib/a/page.ts': page, 'lib/b/send.ts': FLOATING, 'lib/b/db.ts': 'import "node:fs";' },
      'lib/b/send.ts',
    ),
  ).toBe(1);
});

it.each([
  [
    'a function that is sent into a page',
    `import puppeteer from 'puppeteer';
export async function title(page) {
  async function wait() { await fetch('/'); }
  return page.evaluate(() => { wait(); return document.title; });
}`,
  ],
  [
    'a class that is made in one',
    `import net from 'node:net';
async function load() { await fetch('/'); }
export class BrowserServer { start() { load(); } worker() { return navigator.serviceWorker; } }`,
  ],
])('leaves %s in peace', (_name, text) => {
  const rules = { 'require-timeout': 'off' } as const;
  expect(lintText({ text, file: 'server.ts', preset: 'recommended', rules }).value).toEqual([]);
});

it('speaks of a function that looks whether there is a page', () => {
  const text = `import net from 'node:net';
async function load() { await fetch('/'); }
export function start() { later(() => { if (typeof document !== 'undefined') document.title = ''; load(); }); }`;
  const rules = { 'require-timeout': 'off' } as const;
  expect(lintText({ text, file: 'server.ts', preset: 'recommended', rules }).value).toHaveLength(1);
});

it('leaves routes for tests in peace', () => {
  const text = (route: string): string => `import express from 'express';
async function clean() { await fetch('/'); }
express().post('${route}', (req, res) => { clean(); res.end(); });`;
  const rules = { 'require-timeout': 'off' } as const;
  const lint = (route: string) =>
    lintText({ text: text(route), file: 'server.ts', preset: 'recommended', rules }).value.length;
  expect(lint('/cleanup')).toBe(1);
  expect(lint('/testing/cleanup')).toBe(0);
});
