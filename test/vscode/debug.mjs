// npm run test:debug-ui: debugs like a person. Sets a breakpoint, looks at frames and variables, steps over awaits, looks
// into suspended tasks, and stops at each of the breakpoints on asynchrony; takes pictures.
//   node test/vscode/debug.mjs [--pictures FOLDER] [--update-media]
// Pictures go to a temporary folder that is printed, or to FOLDER; with --update-media the best of them to media/.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { nodeBinary } from '../setup/nodes.mjs';
import { prepare, ROOT } from '../setup/project.mjs';
import { startBed } from './bed.mjs';
import { LIMIT, openFile, PICTURE_SETTINGS, runCommand, runSteps, widenSideBar } from './person.mjs';

const PROGRAMS = path.join(ROOT, 'test', 'fixtures', 'debug');
/** What a program does wrong, and the filter that stops at it: its label, and what the stop says. */
const TROUBLES = [
  { kind: 'block', filter: 'Loop Blocked', said: /Loop blocked/, top: 'blockFor' },
  { kind: 'block', filter: 'Long Callback', said: /Long callback/, top: 'blockFor' },
  { kind: 'microtasks', filter: 'Long Microtask Drain', said: /Long microtask drain/, top: 'again' },
  { kind: 'pending', filter: 'Promise Pending', said: /Promise pending/, top: 'waiter' },
  { kind: 'sync', filter: 'Synchronous Call in a Request', said: /synchronous call/ },
  { kind: 'rejection', filter: 'Unhandled Rejection', said: /Unhandled rejection/, top: 'rejects' },
  { kind: 'store', filter: 'AsyncLocalStorage Store Lost', said: /Async context lost/, top: 'whose' },
];

const { values: options } = parseArgs({
  options: { pictures: { type: 'string' }, 'update-media': { type: 'boolean' } },
});
const MEDIA = options['update-media'] ? path.join(ROOT, 'media') : undefined;
const pictures = options.pictures ?? fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-debug-ui-'));
fs.mkdirSync(pictures, { recursive: true });

const steps = [
  ['a file without launch.json runs under the debugger and stops at a breakpoint', stopAtBreakpoint],
  ['the call stack goes on into the functions that await', asyncStack],
  ['the variables of the stopped function show', variables],
  ['stepping over an await stays in the same call, whatever runs between', stepOverAwait],
  ['a pause shows the suspended tasks as threads, with variables', tasksAsThreads],
  ['goes to the line that created a task, and to the call of a frame', goToCreation],
  ...TROUBLES.map((trouble) => [`stops for: ${trouble.filter}`, (state) => stopForTrouble(state, trouble)]),
];

let passed = 0;
let bed;
try {
  await prepare();
  bed = await startBed({
    viewport: { width: 1400, height: 900 },
    scale: MEDIA ? 2 : 1,
    settings: PICTURE_SETTINGS,
  });
  const work = path.join(bed.dir, 'work');
  fs.cpSync(PROGRAMS, work, { recursive: true });
  const { page } = bed;
  page.setDefaultTimeout(LIMIT);
  await page.goto(bed.url(work, [['extensionDevelopmentPath', bed.remote(ROOT)]]), { waitUntil: 'commit' });
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'orders.cjs' }).waitFor();
  passed = await runSteps(steps, { page, work }, pictures);
} catch (error) {
  console.log('  ✘ start\n', error);
  await bed?.page?.screenshot({ path: path.join(pictures, 'failure.png') }).catch(() => undefined);
} finally {
  await bed?.stop();
}
console.log(`pictures: ${pictures}`);
console.log(`${passed} passed, ${passed < steps.length ? 1 : 0} failed`);
process.exit(passed < steps.length ? 1 : 0);

async function stopAtBreakpoint({ page }) {
  await openFile(page, 'orders.cjs');
  await setBreakpoint(page, 'const found');
  await runCommand(page, 'LoopLens: Debug This File');
  await stoppedAt(page, 'const found');
  await shot(page, 'breakpoint');
}

async function asyncStack({ page }) {
  const frames = await callStack(page);
  assert.deepEqual(frames, ['price', 'await', 'order', 'Promise.all (index 0)', 'main']);
}

async function variables({ page }) {
  const row = (text) => page.locator('.debug-variables .monaco-list-row', { hasText: text }).first();
  await row(/^Local/).waitFor();
  await wait(1000);
  if (!(await row(/^id.*1/).isVisible())) await row(/^Local/).click();
  await row(/^id.*1/).waitFor();
}

async function stepOverAwait({ page }) {
  // To the end of price(1), out into order(1), then over an await while order(2) and order(3) run.
  for (let k = 0; k < 3; k++) await step(page);
  await stoppedAt(page, 'let total');
  await step(page);
  await stoppedAt(page, 'const others');
  // The others would stop there first.
  await page.locator('.view-line', { hasText: 'const found' }).first().click();
  await page.keyboard.press('F9');
  await page.locator('.codicon-debug-breakpoint').first().waitFor({ state: 'detached' });
  await step(page);
  await stoppedAt(page, 'total += ');
  await variables({ page });
  await shot(page, 'step-over-await');
  await endSession(page);
}

async function tasksAsThreads({ page }) {
  await openFile(page, 'pool.cjs');
  await runCommand(page, 'LoopLens: Debug This File');
  await page.locator('.debug-toolbar .codicon-debug-pause').waitFor();
  await wait(1000);
  await page.keyboard.press('F6');
  const thread = threadRow(page);
  await thread.waitFor();
  await widenSideBar(page, 120);
  await shot(page, 'tasks-threads');
  await thread.click();
  await page.locator('.debug-variables .monaco-list-row', { hasText: /^sql/ }).first().waitFor();
  await wait(500);
  await shot(page, 'tasks-frames', 'debugger');
}

async function goToCreation({ page }) {
  // By the threads' own menu, and by that of a frame.
  await chooseInMenu(page, threadRow(page), 'Go to Creation');
  await page.locator('.statusbar-item', { hasText: /^Ln 26, Col 38/ }).waitFor();
  const frame = page.locator('.debug-call-stack .stack-frame', { hasText: 'query' }).first();
  await chooseInMenu(page, frame, 'Go to Creation');
  await page.locator('.statusbar-item', { hasText: /^Ln 22, Col 24/ }).waitFor();
  await shot(page, 'creation');
  await widenSideBar(page, -120);
  await endSession(page);
}

function threadRow(page) {
  const rows = page.locator('.debug-call-stack .monaco-list-row');
  return rows.filter({ hasText: /2 × handler.*waiting for query/ }).first();
}

async function chooseInMenu(page, row, text) {
  await row.click({ button: 'right' });
  const item = page.locator('.monaco-menu .action-item', { hasText: text }).first();
  await item.waitFor();
  await shot(page, 'menu');
  await item.click();
}

async function stopForTrouble({ page, work }, { kind, filter, said, top }) {
  fs.mkdirSync(path.join(work, '.vscode'), { recursive: true });
  const configuration = {
    type: 'looplens',
    request: 'launch',
    name: `trouble ${filter}`,
    program: '${workspaceFolder}/async-trouble.cjs',
    args: [kind],
    runtimeExecutable: nodeBinary(24),
    stopOnEntry: true,
  };
  const launch = { version: '0.2.0', configurations: [configuration] };
  fs.writeFileSync(path.join(work, '.vscode', 'launch.json'), JSON.stringify(launch, undefined, 2));
  await wait(1500);
  await page.keyboard.press('F5');
  await page.locator('.debug-toolbar .codicon-debug-continue').waitFor();
  await setFilter(page, 'Uncaught Exceptions', 'off');
  await setFilter(page, filter, 'on');
  await wait(1000); // The adapter hears of it a moment later.
  await page.keyboard.press('F5');
  await page
    .locator('.call-stack-state-message, .debug-call-stack .monaco-list-row', { hasText: said })
    .first()
    .waitFor();
  const frames = await callStack(page);
  await shot(page, `stop-${filter.toLowerCase().replaceAll(' ', '-')}`);
  if (top)
    assert.ok(
      frames.some((frame) => frame.includes(top)),
      frames.join('\n'),
    );
  await setFilter(page, filter, 'off');
  await endSession(page);
}

async function setFilter(page, label, want) {
  const row = page.locator('.debug-breakpoints .monaco-list-row', { hasText: label }).first();
  await row.waitFor();
  const box = row.locator('.breakpoint > .monaco-custom-toggle, .breakpoint > input').first();
  if ((await row.getAttribute('aria-checked')) !== String(want === 'on')) await box.click();
}

async function setBreakpoint(page, text) {
  await page.locator('.view-line', { hasText: text }).first().click();
  await page.keyboard.press('F9');
  await page.locator('.codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified').first().waitFor();
}

async function step(page) {
  await page.keyboard.press('F10');
  await wait(1200);
}

async function stoppedAt(page, text) {
  await page.locator('.debug-top-stack-frame-line').first().waitFor();
  const end = Date.now() + LIMIT;
  for (;;) {
    const line = await currentLine(page);
    if (line?.includes(text)) return;
    if (Date.now() > end) throw new Error(`The editor shows a stop at "${line}", not at "${text}".`);
    await wait(100);
  }
}

/** Text of the line that the program stands at. */
async function currentLine(page) {
  return page.evaluate(() => {
    const mark = document.querySelector('.debug-top-stack-frame-line')?.getBoundingClientRect();
    const lines = [...document.querySelectorAll('.editor-instance .view-line')];
    const line = lines.find((one) => mark && Math.abs(one.getBoundingClientRect().top - mark.top) < 3);
    return line?.textContent?.replaceAll('\u00a0', ' ');
  });
}

/** Names of the frames that the view lists. */
async function callStack(page) {
  await page.locator('.debug-call-stack .stack-frame').first().waitFor();
  await wait(500);
  return page.locator('.debug-call-stack .stack-frame .label').allInnerTexts();
}

async function endSession(page) {
  await page.keyboard.press('Shift+F5');
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
}

/** @param media name of the picture in media/ */
async function shot(page, name, media) {
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  if (MEDIA && media) fs.copyFileSync(path.join(pictures, `${name}.png`), path.join(MEDIA, `${media}.png`));
}
