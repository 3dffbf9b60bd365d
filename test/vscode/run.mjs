// npm run test:vscode: the host tests inside the extension host of a real VS Code.
//   node test/vscode/run.mjs [--shot FILE.png] [--log FILE]
// Exit code: 0 all passed, 1 a test failed or could not run, 124 timed out.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prepare, ROOT } from '../setup/project.mjs';
import { startBed } from './bed.mjs';
import { buildHostTests, FIXTURE, HOST_TESTS } from './build.mjs';

const LIMIT = 240_000;

const { values: options } = parseArgs({ options: { shot: { type: 'string' }, log: { type: 'string' } } });
/** What server and page said: shown only when the run itself went wrong. */
const lines = [];
let code = 1;
let bed;
try {
  await prepare();
  await buildHostTests();
  bed = await startBed({
    log: (line) => lines.push(line),
    env: { LOOPLENS_TEST_NODE: process.execPath },
  });
  code = await runTests(bed);
} catch (error) {
  console.error(error);
  console.log('0 passed, 1 failed');
} finally {
  await bed?.stop();
  if (options.log) fs.writeFileSync(options.log, `${lines.join('\n')}\n`);
}
process.exit(code);

async function runTests({ dir, page, url, remote }) {
  const out = path.join(dir, 'out.txt');
  const resultsFile = path.join(dir, 'results.json');
  fs.writeFileSync(out, '');
  const exited = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction('codeAutomationLog', () => undefined); // The page's console has the same lines.
  const crashed = new Promise((resolve) => page.on('crash', () => resolve('the page crashed')));

  let shown = 0;
  const show = () => {
    const text = fs.readFileSync(out);
    process.stdout.write(text.subarray(shown));
    shown = text.length;
  };
  const ticker = setInterval(show, 200);
  await page.goto(
    url(FIXTURE, [
      ['extensionDevelopmentPath', remote(ROOT)],
      ['extensionTestsPath', remote(HOST_TESTS)],
    ]),
    { waitUntil: 'commit' },
  );
  const end = await Promise.race([exited, crashed, wait(LIMIT, 'timed out')]);
  clearInterval(ticker);
  show();

  // The exit code alone says little: VS Code reports 0 when its host was killed.
  const results = fs.existsSync(resultsFile) ? JSON.parse(fs.readFileSync(resultsFile, 'utf8')) : undefined;
  const good = end === 0 && results?.failed === 0 && results.passed > 0;
  if (!good && options.shot) await page.screenshot({ path: options.shot }).catch(() => undefined);
  if (!good) console.log(`LoopLens said:\n${ownLog(dir)}`);
  if (end !== 0) console.log(`extension host: ${typeof end === 'number' ? `exit code ${end}` : end}`);
  if (!results) {
    const last = lines.slice(-25).map((line) => line.slice(0, 400));
    console.log(`no results; the last lines of the log:\n${last.join('\n')}`);
  }
  console.log(`${results?.passed ?? 0} passed, ${good ? 0 : results?.failed || 1} failed`);
  return good ? 0 : end === 'timed out' ? 124 : 1;
}

/** The end of the extension's log channel. */
function ownLog(dir) {
  const logs = path.join(dir, 'data', 'logs');
  const files = fs.existsSync(logs) ? fs.readdirSync(logs, { recursive: true }) : [];
  return files
    .filter((name) => path.basename(name) === 'LoopLens.log')
    .map((name) => fs.readFileSync(path.join(logs, name), 'utf8').slice(-4000))
    .join('\n');
}
