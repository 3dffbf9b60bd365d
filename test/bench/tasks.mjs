// What it costs to see every suspended function: time against the bare protocol calls in the same process, one after the
// other; the reader's memory against its tables; and how long the loop of an editor that asks is held meanwhile.
//   node test/bench/tasks.mjs [--json] [--heap=MB,MB] [--tasks=N,N]
// Every heap of 10, 100 and 500 MB with 10, 1,000 and 50,000 tasks, or those named. The 500 MB take minutes each.
import { spawn } from 'node:child_process';
import esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { createRequire } from 'node:module';
import { nodeBinary } from '../setup/nodes.mjs';

const CASES = casesOf(process.argv.slice(2));
const PROGRAM = `
const heap = [], keep = [];
for (let n = 0; n < Number(process.argv[1]) * 9000; n++) heap.push({ n, text: 'item ' + n, next: heap[n - 1] && { n } });
async function query() { await new Promise((resolve) => keep.push(resolve)); }
async function handler() { await query(); }
for (let n = 0; n < Number(process.argv[2]) / 2; n++) handler();
globalThis.keep = [heap, keep];
setInterval(() => undefined, 1000);
console.log('ready');`;

/** Without any the functions would be told apart by what they wait for, as at a stop. */
const NO_STACKS = { array: 0, stacks: { stacks: [[]], stackOf: new Uint32Array(0), asked: 0 } };

const EDITOR = `
const rooms = require(process.argv[1]);
const { monitorEventLoopDelay } = require('node:perf_hooks');
const longest = async (act) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await act();
  delay.disable();
  return delay.max / 1e6 - 5;
};
(async () => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const idle = await longest(() => new Promise((resolve) => setTimeout(resolve, 2000)));
  let tasks = 0;
  const asking = await longest(async () => {
    const { value } = await rooms.tasksInWorker({ kind: 'ws', url: process.argv[2] }, { depth: 'full' });
    tasks = value.tasks.length;
  });
  console.log(JSON.stringify({ idle, asking, tasks }));
})();`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-tasks-'));
v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');
const rooms = await load();
const JSON_WANTED = process.argv.includes('--json');
const rows = [];
try {
  for (const { mb, tasks } of CASES) await measure(mb, tasks);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
if (JSON_WANTED) console.log(JSON.stringify({ name: 'tasks', rows }));

async function measure(mb, tasks) {
  const child = spawn(
    nodeBinary(24),
    ['--inspect=127.0.0.1:0', '--max-old-space-size=4096', '-e', PROGRAM, mb, tasks],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  try {
    const url = await new Promise((resolve) => {
      let text = '';
      child.stderr.on('data', (data) => {
        const found = /ws:\S+/.exec((text += data))?.[0];
        if (found) resolve(found);
      });
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const connection = await rooms.connect(url);
    const port = await rooms.openHeap(connection, rooms.listWorkersOf(connection));
    const [main] = await port.threads();
    const locator = rooms.createSourceLocator();
    const times = { query: [], quick: [], snapshot: [], full: [], parse: [], read: [] };
    const memory = { peak: 0, tables: 0 };
    for (let round = 0; round < (mb > 50 ? 1 : 5); round++) {
      times.query.push(await timed(() => main.promises('own', 600_000)));
      await main.release();
      times.quick.push(await timed(() => rooms.quickTasks(port, { locator })));
    }
    for (let round = 0; round < (mb > 50 ? 1 : 3); round++) {
      const chunks = [];
      times.snapshot.push(await timed(() => main.snapshot((text) => chunks.push(text))));
      readAlone(chunks, times, memory);
      chunks.length = 0;
      times.full.push(await timed(() => rooms.fullTasks(port, { locator })));
    }
    await port.close();
    connection.dispose();
    const label = `${mb} MB, ${tasks} tasks`;
    const row = (what, value, unit, more = {}) => {
      rows.push({ label: `${label}: ${what}`, value, unit, ...more });
      // The large heaps take minutes.
      if (!JSON_WANTED) print(rows.at(-1));
    };
    const ratio = (a, b) => a.map((value, k) => value / b[k]);
    row('queryObjects', median(times.query), 'ms');
    row('quick, first answer', median(times.quick), 'ms');
    row('quick / queryObjects', median(ratio(times.quick, times.query)), 'x', {
      baseline: 'queryObjects',
      spread: spread(ratio(times.quick, times.query)),
      limit: 1.3,
    });
    row('snapshot', median(times.snapshot), 'ms');
    row('parse', median(times.parse), 'ms');
    row('graph', median(times.read), 'ms');
    row('full', median(times.full), 'ms');
    row('full / snapshot', median(ratio(times.full, times.snapshot)), 'x', {
      baseline: 'snapshot',
      spread: spread(ratio(times.full, times.snapshot)),
      limit: 1.5,
    });
    row("reader's peak / node and edge tables", memory.peak / memory.tables, 'x', {
      baseline: "V8's tables",
      limit: 2,
    });
    const { idle, asking, tasks: seen } = await editorDelay(url);
    if (seen === 0) throw new Error('The editor was told of no tasks.');
    row("editor's longest event loop delay", asking, 'ms', {
      baseline: 'the same loop without work',
      limit: 50,
    });
    row('the same loop without work', idle, 'ms');
  } finally {
    child.kill('SIGKILL');
  }
}

function print({ label, value, unit, limit }) {
  const figure = value.toFixed(2).padStart(9);
  console.log(`${label.padEnd(58)} ${figure} ${unit}${limit ? `  (limit ${limit})` : ''}`);
}

/** Parsing and the graph once more, without the process: how long they take, and what is alive at their end. */
function readAlone(chunks, times, memory) {
  const before = alive();
  let started = performance.now();
  let builder = new rooms.TableBuilder();
  for (const text of chunks) builder.write(text);
  const tables = builder.end();
  times.parse.push(performance.now() - started);
  builder = undefined;
  memory.peak = Math.max(memory.peak, alive() - before);
  // As V8 writes them: six numbers a node, three an edge.
  memory.tables = (tables.nodeCount * 6 + tables.edgeCount * 3) * 4;
  started = performance.now();
  const read = rooms.readHeapTasks(rooms.readHeapStacks(tables), [NO_STACKS]);
  times.read.push(performance.now() - started);
  memory.peak = Math.max(memory.peak, alive() - before);
  if (read.functions === 0) throw new Error('The snapshot has no tasks.');
}

/** Bytes in use after a garbage collection. */
function alive() {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * How long the loop of an editor is held at most, ms, while a worker thread takes and reads a snapshot: a process of its own,
 * since this one has large heaps to collect. Besides, how long the same loop is late when it has nothing to do.
 */
async function editorDelay(url) {
  const child = spawn(process.execPath, ['-e', EDITOR, rooms.file, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text);
}

function casesOf(argv) {
  const listed = (name, standard) => {
    const given = argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
    return given === undefined ? standard : given.split(',').map(Number);
  };
  const counts = listed('tasks', [10, 1000, 50_000]);
  return listed('heap', [10, 100, 500]).flatMap((mb) => counts.map((tasks) => ({ mb, tasks })));
}

async function timed(act) {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function spread(values) {
  return [Math.min(...values), Math.max(...values)];
}

/** The rooms, compiled for this process. */
async function load() {
  const outdir = path.join(folder, 'dist');
  const contents = `
export { connect } from './src/inspector/connection.ts';
export { openHeap } from './src/inspector/heap.ts';
export { listWorkersOf } from './src/inspector/worker-connection.ts';
export { createSourceLocator } from './src/inspector/source-locator.ts';
export { fullTasks, quickTasks } from './src/tasks/dump.ts';
export { readHeapStacks, readHeapTasks } from './src/tasks/heap-tasks.ts';
export { TableBuilder } from './src/tasks/snapshot/tables.ts';
export { tasksInWorker } from './src/session/tasks-client.ts';`;
  const common = { bundle: true, format: 'cjs', platform: 'node' };
  await esbuild.build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    outfile: path.join(outdir, 'rooms.cjs'),
    ...common,
  });
  await esbuild.build({
    entryPoints: ['src/session/workers/tasks-worker.ts'],
    outfile: path.join(outdir, 'workers/tasks.cjs'),
    ...common,
  });
  const file = path.join(outdir, 'rooms.cjs');
  return { file, ...createRequire(import.meta.url)(file) };
}
