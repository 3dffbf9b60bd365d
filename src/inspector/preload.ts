// Runs before the program in every Node process and worker below a command that we started, by NODE_OPTIONS. A process
// opens its inspector, says so in a file, and waits a moment until the agent is in it. It must never harm the program:
// whatever fails here means that the process is not recorded, and that is all.
import type * as Fs from 'node:fs';
import type * as Inspector from 'node:inspector';
import type * as Path from 'node:path';
import type * as WorkerThreads from 'node:worker_threads';
import { FOLLOW_VARIABLE, GATE_KEY } from './follow-protocol.ts';
import type { Announcement } from './follow-protocol.ts';

/** Longest wait for the agent, ms. */
const MAX_WAIT_MS = { process: 5000, worker: 3000 };

/** Programs that only start others. By the name of their script, or of the package that it lies in. */
const STARTERS = new Set([
  ...['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'yarnpkg', 'corepack', 'npm-cli', 'npx-cli'],
  ...['nodemon', 'tsx', 'cross-env', 'cross-env-shell', 'dotenv', 'dotenv-cli', 'env-cmd', 'concurrently'],
  ...['npm-run-all', 'run-s', 'run-p', 'node-dev', 'ts-node-dev', 'tsnd'],
]);

try {
  follow(require);
} catch {
  // The program comes first.
}

function follow(require: NodeJS.Require): void {
  const setting = process.env[FOLLOW_VARIABLE];
  if (setting === undefined) return;
  // Not for the program's eyes.
  Reflect.deleteProperty(require.cache, __filename);
  const [recorder = '', direct = '', folder = ''] = setting.split('|', 3);
  const fs = require('node:fs') as typeof Fs;
  const path = require('node:path') as typeof Path;
  const { isMainThread } = require('node:worker_threads') as typeof WorkerThreads;
  if (!fs.existsSync(folder) || fs.existsSync(path.join(folder, 'refused'))) return;

  const mark = (name: string): string => path.join(folder, `${process.pid}.${name}`);
  const abandoned = (): boolean =>
    !isAlive(Number(recorder)) || !fs.existsSync(folder) || fs.existsSync(mark('go'));
  if (abandoned()) return;
  if (!isMainThread) {
    if (fs.existsSync(mark('followed'))) waitForAgent(MAX_WAIT_MS.worker, abandoned);
    return;
  }
  const isRoot = direct === 'direct' && process.ppid === Number(recorder);
  const entry = entryOf(require, fs);
  if ((!isRoot && onlyStartsOthers(path)) || entry === 'missing') return;

  const inspector = require('node:inspector') as typeof Inspector;
  // Else its address would be a line on the program's stderr.
  const opened = inspector.url() === undefined;
  if (opened) inspector.open(0, '127.0.0.1', false);
  const url = inspector.url();
  if (url === undefined) return;
  const announcement: Announcement = {
    pid: process.pid,
    parent: process.ppid,
    url,
    opened,
    script: process.argv[1] ?? '',
    entry,
  };
  const file = path.join(folder, `${process.pid}-${Date.now()}.json`);
  fs.writeFileSync(`${file}.part`, JSON.stringify(announcement));
  fs.renameSync(`${file}.part`, file);
  waitForAgent(MAX_WAIT_MS.process, abandoned);
}

/** The inspector's commands are served meanwhile: V8 runs them as interrupts of this loop. */
function waitForAgent(maxMs: number, abandoned: () => boolean): void {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const key = Symbol.for(GATE_KEY);
  Object.defineProperty(process, key, { value: gate, configurable: true, enumerable: false });
  for (let end = Date.now() + maxMs; Date.now() < end && !abandoned();) {
    Atomics.wait(gate, 0, 0, 5);
    if (Atomics.load(gate, 0) !== 0) break;
  }
  Reflect.deleteProperty(process, key);
}

function onlyStartsOthers(path: typeof Path): boolean {
  const watching = process.execArgv.some((arg) => /^--watch(-path)?(=|$)/.test(arg));
  // The child that `node --watch` runs the program in has this variable.
  if (watching && process.env['WATCH_REPORT_DEPENDENCIES'] === undefined) return true;
  const script = process.argv[1] ?? '';
  const inPackage = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/][^]*$/.exec(script)?.[1];
  return STARTERS.has(path.parse(script).name) || (inPackage !== undefined && STARTERS.has(inPackage));
}

/** The program's first file. `missing`: there is none, so Node will say so and end, and nothing is to be recorded. */
function entryOf(require: NodeJS.Require, fs: typeof Fs): string {
  const script = process.argv[1];
  if (script === undefined || script === '-' || process.execArgv.includes('--test')) return '';
  let entry: string;
  try {
    entry = require.resolve(script);
  } catch {
    return 'missing';
  }
  try {
    return fs.realpathSync(entry);
  } catch {
    // It may not be read, under the permission model.
    return entry;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
