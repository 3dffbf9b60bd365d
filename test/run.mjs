// `npm test`: every check and every test, from a fresh clone. It installs, builds and fetches what is missing, goes on
// after a failing step, and ends with `N passed, N failed` and an exit code.
//   npm test                     all steps, in the order below
//   npm test -- unit process     only these
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installNodes } from './setup/nodes.mjs';
import { prepare, ROOT, seconds } from './setup/project.mjs';

const MINUTE = 60_000;
const WINDOWS = process.platform === 'win32';
const VITEST = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
const SHOP_TEST = 'test/process/shop.test.ts';

/**
 * Each step answers `{ passed, failed, output }`. Where real processes run, a crowded machine can be the reason of a failure: there
 * what failed is run once more, and said to have been.
 */
const STEPS = {
  types: () => check('check:types'),
  lint: () => check('check:lint'),
  layers: () => check('check:layers'),
  dead: () => check('check:dead'),
  format: () => check('check:format'),
  unit: () => vitest('--project', 'unit'),
  process: () => twice((files) => vitest('--project', 'process', '--exclude', SHOP_TEST, ...files)),
  shop: () => twice(() => vitest('--project', 'process', SHOP_TEST)),
  vscode: () => twice(() => script('test/vscode/run.mjs')),
  ui: () => twice(() => script('test/vscode/ui.mjs')),
  debugger: () => twice(() => script('test/vscode/debug.mjs')),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(STEPS, name));
if (unknown.length > 0) {
  console.error(`No step is called ${unknown.join(', ')}. Steps: ${Object.keys(STEPS).join(', ')}.`);
  process.exit(2);
}

/** Process ids of what runs: it has to end with us. */
const running = new Set();
process.on('exit', () => running.forEach(endTree));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

const results = [];
try {
  await prepare();
  installNodes();
} catch (error) {
  results.push({ name: 'set-up', passed: 0, failed: 1 });
  console.log(error instanceof Error ? error.message : error);
}

if (results.length === 0) {
  for (const [name, run] of Object.entries(STEPS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    process.stdout.write(`${name.padEnd(8)} ... `);
    const started = Date.now();
    const { passed, failed, output, again } = await run().catch((error) => ({
      passed: 0,
      failed: 1,
      output: String(error?.stack ?? error),
    }));
    const more = `${failed > 0 ? `, ${failed} FAILED` : ''}${again ? `, ${again} only when run again` : ''}`;
    console.log(`${seconds(Date.now() - started)}, ${passed} passed${more}`);
    if (failed > 0 || again) console.log(`${output.trim()}\n`);
    results.push({ name, passed, failed });
  }
}

const passed = total('passed');
const failed = total('failed');
if (failed > 0) {
  const names = results.filter((result) => result.failed > 0).map((result) => result.name);
  console.log(`\nFailed: ${names.join(', ')}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function total(key) {
  return results.reduce((sum, result) => sum + result[key], 0);
}

/** An npm script that is right or wrong as a whole. */
async function check(name) {
  const { code, output } = await run('npm', ['run', '--silent', name], { shell: WINDOWS });
  return code === 0 ? { passed: 1, failed: 0, output } : { passed: 0, failed: 1, output };
}

async function vitest(...args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-test-'));
  const report = path.join(folder, 'report.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const { code, output } = await run(process.execPath, [VITEST, 'run', ...args, ...reporters]);
    const counted = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : undefined;
    const failing = counted?.testResults.filter(({ status }) => status === 'failed');
    const files = failing?.map(({ name }) => name) ?? 'unknown';
    return { ...judge(code, output, counted?.numPassedTests ?? 0, counted?.numFailedTests ?? 0), files };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A script that ends with `N passed, N failed`. */
async function script(file) {
  const { code, output } = await run(process.execPath, [file]);
  const [, passed = '0', failed = '0'] = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1) ?? [];
  return judge(code, output, Number(passed), Number(failed));
}

/** Runs a step's failed files (or all of it) once more: only what fails both times has failed. */
async function twice(step) {
  const first = await step([]);
  const { files = [] } = first;
  if (first.failed === 0 || files === 'unknown') return first;
  const second = await step(files);
  // With files, the second run has repeated the tests beside the failed ones, too.
  const passed = files.length === 0 ? second.passed : first.passed + first.failed - second.failed;
  const again = Math.max(0, first.failed - second.failed);
  const output = second.failed > 0 ? `${first.output}\n${second.output}` : first.output;
  return { passed, failed: second.failed, again, output };
}

/** A run that tested nothing, or failed outside its tests (a file that does not load), has failed. */
function judge(code, output, passed, failed) {
  const broken = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: broken ? 1 : failed, output };
}

/** Runs to the end, or to the limit; answers the exit code and everything printed. */
function run(command, args, { shell = false, limit = 20 * MINUTE } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that children of children can be ended with it.
    const child = spawn(command, args, {
      cwd: ROOT,
      shell,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      detached: !WINDOWS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child.pid);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const timer = setTimeout(() => {
      output += `\nEnded after ${limit / MINUTE} minutes.\n`;
      endTree(child.pid);
    }, limit);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child.pid);
      resolve({ code, output });
    });
  });
}

function endTree(pid) {
  try {
    if (WINDOWS) spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
