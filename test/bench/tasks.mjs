// What it costs to see every suspended function: time against the bare protocol calls in the same process, one after the
// other, and the reader's memory against its tables.
//   node test/bench/tasks.mjs [--json] [--all]      without --all: heaps of 10 and 100 MB, 10 and 1,000 tasks
import { spawn } from 'node:child_process';
import esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { nodeBinary } from '../setup/nodes.mjs';

const all = process.argv.includes('--all');
const CASES = all
  ? [10, 100, 500].flatMap((mb) => [10, 1000, 50_000].map((tasks) => ({ mb, tasks })))
  : [
      { mb: 10, tasks: 10 },
      { mb: 10, tasks: 1000 },
      { mb: 100, tasks: 1000 },
    ];
const ROUNDS = all ? 1 : 3;
const PROGRAM = `
const heap = [], keep = [];
for (let n = 0; n < Number(process.argv[1]) * 9000; n++) heap.push({ n, text: 'item ' + n, next: heap[n - 1] && { n } });
async function query() { await new Promise((resolve) => keep.push(resolve)); }
async function handler() { await query(); }
for (let n = 0; n < Number(process.argv[2]) / 2; n++) handler();
globalThis.keep = [heap, keep];
setInterval(() => undefined, 1000);
console.log('ready');`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const rooms = await load();
const rows = [];
try {
  for (const { mb, tasks } of CASES) await measure(mb, tasks);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ name: 'tasks', rows }));
else
  for (const { label, value, unit, limit } of rows)
    console.log(
      `${label.padEnd(58)} ${value.toFixed(2).padStart(9)} ${unit}${limit ? `  (limit ${limit})` : ''}`,
    );

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
    const port = await rooms.openHeap(connection);
    const [main] = await port.threads();
    const locator = rooms.createSourceLocator();
    const [context] = await main.contexts();
    const times = { query: [], quick: [], snapshot: [], full: [], parse: [] };
    let peak = 0;
    let tables = 0;
    for (let round = 0; round < ROUNDS; round++) {
      times.query.push(await timed(() => main.promises(context, 600_000)));
      await main.release();
      times.quick.push(await timed(() => rooms.quickTasks(port, { locator })));
      const chunks = [];
      times.snapshot.push(await timed(() => main.snapshot((text) => chunks.push(text))));
      const before = memory();
      const builder = new rooms.TableBuilder();
      times.parse.push(
        await timed(() => {
          for (let k = 0; k < chunks.length; k++) {
            builder.write(chunks[k]);
            if (k % 16 === 0) peak = Math.max(peak, memory() - before);
          }
        }),
      );
      const { nodeCount, edgeCount } = builder.end();
      // As V8 writes them: six numbers a node, three an edge.
      tables = (nodeCount * 6 + edgeCount * 3) * 4;
      chunks.length = 0;
      times.full.push(await timed(() => rooms.fullTasks(port, { locator })));
    }
    await port.close();
    connection.dispose();
    const label = `${mb} MB, ${tasks} tasks`;
    const row = (what, value, unit, more = {}) =>
      rows.push({ label: `${label}: ${what}`, value, unit, ...more });
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
    row('full', median(times.full), 'ms');
    row('full / snapshot', median(ratio(times.full, times.snapshot)), 'x', {
      baseline: 'snapshot',
      spread: spread(ratio(times.full, times.snapshot)),
      limit: 1.5,
    });
    row("reader's peak / node and edge tables", peak / tables, 'x', { baseline: "V8's tables", limit: 2 });
  } finally {
    child.kill('SIGKILL');
  }
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
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
  const outfile = path.join(folder, 'rooms.cjs');
  const contents = `
export { connect } from './src/inspector/connection.ts';
export { openHeap } from './src/inspector/heap.ts';
export { createSourceLocator } from './src/inspector/source-locator.ts';
export { fullTasks, quickTasks } from './src/tasks/dump.ts';
export { TableBuilder } from './src/tasks/snapshot/tables.ts';`;
  await esbuild.build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    outfile,
  });
  return createRequire(import.meta.url)(outfile);
}
