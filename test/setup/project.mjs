// Brings a clone into working order: packages, the example shop, the build. Each step does nothing when there is
// nothing to do. Plain Node, no dependency: this runs before anything is installed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const SHOP = path.join(ROOT, 'examples/shop');
const TYPESCRIPT = 'node_modules/typescript/bin/tsc';

/** npm writes both lockfiles in one go; a difference below this is the order of writing. */
const SAME_WRITE_MS = 5000;

/** What has to be done, in order: `{ label, run }`, `run` resolving when it is done. */
export function pendingSteps() {
  const packages = needsInstall(ROOT);
  const shopPackages = needsInstall(SHOP);
  return [
    packages && { label: 'installing packages', run: () => npm(['ci'], ROOT) },
    shopPackages && { label: "installing the shop's packages", run: () => npm(['ci'], SHOP) },
    (packages || olderThanSources('dist/cli/looplens.cjs', ['src', 'esbuild.mjs', 'package.json'])) && {
      label: 'building LoopLens',
      run: () => node(['esbuild.mjs'], ROOT),
    },
    (shopPackages ||
      olderThanSources('examples/shop/dist/reports/sales.js', ['examples/shop/src/reports'])) && {
      label: "building the shop's reports",
      run: () => node([TYPESCRIPT, '-p', '.'], SHOP),
    },
  ].filter((step) => step !== false);
}

/** Does what is pending and says so, a line a step: `installing packages ... 34 s`. */
export async function prepare(print = (text) => process.stdout.write(text)) {
  for (const { label, run } of pendingSteps()) {
    print(`${label} ... `);
    const started = Date.now();
    try {
      await run();
    } catch (error) {
      print('failed\n');
      throw error;
    }
    print(`${seconds(Date.now() - started)}\n`);
  }
}

/** `34 s`, `0.4 s`. */
export function seconds(ms) {
  return `${ms < 9950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}

function needsInstall(folder) {
  const wanted = modified(path.join(folder, 'package-lock.json'));
  const installed = modified(path.join(folder, 'node_modules/.package-lock.json'));
  return installed === 0 || wanted > installed + SAME_WRITE_MS;
}

function olderThanSources(product, sources) {
  const built = modified(path.join(ROOT, product));
  return sources.some((source) => newest(path.join(ROOT, source)) > built);
}

function newest(place) {
  if (!fs.existsSync(place)) return 0;
  if (!fs.statSync(place).isDirectory()) return modified(place);
  return Math.max(0, ...fs.readdirSync(place).map((name) => newest(path.join(place, name))));
}

function modified(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function npm(args, cwd) {
  // On Windows npm is a script, which only a shell can start.
  const options = { cwd, shell: process.platform === 'win32' };
  return finish('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], options);
}

const node = (args, cwd) => finish(process.execPath, args, { cwd });

/** Resolves at exit code 0; otherwise throws with everything that was printed. */
function finish(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve();
      else reject(new Error(`${[command, ...args].join(' ')} failed with code ${code}:\n${output.trim()}`));
    });
  });
}
