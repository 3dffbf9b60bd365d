// npm run test:ui: uses the extension like a person. Opens the shop, records the running server through the quick
// pick, looks for what was found at the lines, in the tree and in the recording's own editor, and takes pictures.
//   node test/vscode/ui.mjs [--update-media]     pictures go to media/, else to a temporary folder that is printed
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prepare, ROOT, SHOP } from '../setup/project.mjs';
import { startBed } from './bed.mjs';
import {
  appears,
  LIMIT,
  PICTURE_SETTINGS,
  pickProcess,
  runCommand,
  runSteps,
  widenSideBar,
} from './person.mjs';
import { startShop } from './shop.mjs';

/** Long enough for several of each of the shop's requests. */
const RECORD_MS = 8000;
/** A file of the shop with a blocking line. */
const FILE = 'src/passwords.js';
const LINE = 'pbkdf2Sync';
const { values: options } = parseArgs({ options: { 'update-media': { type: 'boolean' } } });
const pictures = options['update-media']
  ? path.join(ROOT, 'media')
  : fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-ui-'));

const steps = [
  ['the quick pick lists the running server and records it', record],
  ['the status item shows time and delay, and stops the recording', stopRecording],
  ['the findings are in the tree, with a count at its icon', findTree],
  ['a click in the tree opens the line, which has a squiggle and a lens', openLine],
  ['the hover tells the numbers and links', hover],
  ['the recording opens as a table that can be filtered with the keyboard', openTable],
  ['a row of the table opens the line', openRow],
  ['a second recording is made', recordAgain],
  ['the two recordings are compared in a page, by the same words', compare],
  ['its rows are reached by the keyboard and open lines', compareByKeyboard],
  ['the tasks of the server are shown, with what they wait for', showTasks],
];

let passed = 0;
let bed;
let shop;
try {
  await prepare();
  bed = await startBed({ scale: 2, viewport: { width: 1280, height: 720 }, settings: PICTURE_SETTINGS });
  shop = await startShop(bed.dir);
  const { page } = bed;
  page.setDefaultTimeout(LIMIT);
  await page.goto(
    bed.url(SHOP, [
      ['extensionDevelopmentPath', bed.remote(ROOT)],
      ['openFile', bed.remote(path.join(SHOP, FILE))],
    ]),
    { waitUntil: 'commit' },
  );
  await page.locator('.monaco-editor .view-line').first().waitFor();
  const state = { page, pid: shop.pid };
  passed = await runSteps(steps, state, pictures);
} catch (error) {
  console.log('  ✘ start\n', error);
  await bed?.page?.screenshot({ path: path.join(pictures, 'failure.png') }).catch(() => undefined);
} finally {
  shop?.stop();
  await bed?.stop();
}
console.log(`pictures: ${pictures}`);
console.log(`${passed} passed, ${passed < steps.length ? 1 : 0} failed`);
process.exit(passed < steps.length ? 1 : 0);

async function record({ page, pid }) {
  await runCommand(page, 'LoopLens: Record Running Node Process...');
  await pickProcess(page, pid, () => shot(page, 'pick'));
}

async function stopRecording({ page }) {
  const item = page.locator('.statusbar-item', { hasText: /\d:\d\d/ });
  await item.first().waitFor();
  await wait(RECORD_MS);
  assert.match(await item.first().innerText(), /\d:\d\d\s+[\d.]+ m?s/);
  await item.first().hover();
  await page.locator('.monaco-hover', { hasText: 'Cost of recording' }).first().waitFor();
  await shot(page, 'status');
  await item.first().click();
}

async function findTree({ page }) {
  const rows = page.getByRole('treeitem', { name: /error: |warning: / });
  await rows.first().waitFor();
  assert.ok((await rows.count()) >= 3, `only ${await rows.count()} findings in the tree`);
  await page.locator('.activitybar [aria-label*="measured problem"]').first().waitFor();
}

async function openLine({ page }) {
  await widenSideBar(page, 90);
  // What does not fit is not in the page: the tree shows only the rows in sight.
  await page.getByRole('button', { name: 'Async Tasks Section' }).click();
  await page
    .getByRole('treeitem', { name: /passwords\.js:\d+/ })
    .first()
    .click();
  await page.locator('.tab.active', { hasText: 'passwords.js' }).waitFor();
  await page.locator('.squiggly-warning').first().waitFor();
  await page
    .locator('.codelens-decoration a', { hasText: /\d+ × [\d.]+ m?s/ })
    .first()
    .waitFor();
  await wait(500); // The lens pushes the code down: let it come to rest for the picture.
  await shot(page, 'line');
}

async function hover({ page }) {
  const line = page.locator('.view-line', { hasText: LINE }).first();
  const hovered = page.locator('.monaco-hover', { hasText: 'Explain' }).first();
  // A layout that is still moving takes the line from under the pointer: it points again.
  for (const end = Date.now() + LIMIT; ; await page.mouse.move(5, 5)) {
    await line.hover({ position: { x: 80, y: 9 } });
    if (await appears(hovered)) break;
    if (Date.now() > end) throw new Error('There is no hover.');
  }
  await wait(300);
  await shot(page, 'findings');
  await page.mouse.move(5, 5);
}

async function openTable({ page }) {
  await runCommand(page, 'LoopLens: Show Recording as Table');
  const inside = webview(page);
  await inside.getByRole('heading', { name: /Findings/ }).waitFor();
  const rows = inside.locator('td.what button');
  const all = await rows.count();
  assert.ok(all >= 3, `only ${all} rows`);
  await shot(page, 'recording');
  await inside.getByRole('searchbox').fill('passwords');
  const some = await rows.count();
  assert.ok(some >= 1 && some < all, `the filter leaves ${some} of ${all}`);
}

async function openRow({ page }) {
  const inside = webview(page);
  await inside.getByRole('searchbox').press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: 'passwords.js' }).waitFor();
}

async function recordAgain(state) {
  await record(state);
  await stopRecording(state);
  await state.page
    .locator('.statusbar-item', { hasText: /\d:\d\d/ })
    .first()
    .waitFor({ state: 'detached' });
}

async function compare({ page }) {
  await runCommand(page, 'LoopLens: Compare Recordings...');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  // The older one first; the newer one is then the only other recording.
  await page.locator('.quick-input-title', { hasText: 'Base' }).waitFor();
  await rows.nth(1).click();
  await page.locator('.quick-input-title', { hasText: 'Head' }).waitFor();
  await rows.first().click();
  await page.locator('.tab.active', { hasText: '→' }).waitFor();
  const inside = webview(page);
  for (const name of [/^Findings/, /^Routes/, /^Lines/])
    await inside.getByRole('heading', { name }).waitFor();
  const changes = await inside.locator('td.change').allInnerTexts();
  assert.ok(changes.length >= 5, `only ${changes.length} rows`);
  for (const words of changes) assert.match(words, /(new|gone|worse|better|no difference|unclear)$/);
  const routes = await inside.getByRole('table', { name: /^Routes/ }).innerText();
  assert.match(routes, /GET \//);
  assert.match(routes, /\d+ → \d+/);
  await shot(page, 'comparison');
}

async function compareByKeyboard({ page }) {
  const inside = webview(page);
  await inside.getByRole('button', { name: 'Swap Base and Head' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  const second = inside
    .getByRole('table', { name: /^Findings/ })
    .locator('td.what button')
    .nth(1);
  assert.ok(await second.evaluate((button) => button === document.activeElement), 'arrow keys do not move');
  const file = (await second.locator('.place').innerText())
    .replace(/(:\d+)+$/, '')
    .split('/')
    .pop();
  await page.keyboard.press('Enter');
  await page.locator('.tab.active', { hasText: file }).waitFor();
}

async function showTasks({ page, pid }) {
  await runCommand(page, 'LoopLens: Show Async Tasks of a Process...');
  await pickProcess(page, pid);
  await page
    .getByText(/suspended tasks? in .*quick look/)
    .first()
    .waitFor();
  await runCommand(page, 'LoopLens: Tell What Async Tasks Wait For');
  await page
    .getByText(/suspended tasks? in .*by a heap snapshot/)
    .first()
    .waitFor();
  await page
    .getByRole('treeitem', { name: /waiting for|can never go on/ })
    .first()
    .waitFor();
  await shot(page, 'tasks');
}

function webview(page) {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

async function shot(page, name) {
  // The README needs no other, and they show what else runs on this machine.
  if (options['update-media'] && name !== 'findings') return;
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}
