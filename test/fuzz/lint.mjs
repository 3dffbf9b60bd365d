// Lints mutated sources and whole trees in parallel threads, and looks for anything that fails, hangs or takes long.
//   npm run fuzz:lint -- [--count 1000] [--minutes 60] [--seed 1] [--from 0] [--lines 80] [--largest 30000]
//                        [--threads 2] [--all FOLDER]
// --count: mutations of our own sources and of packages; --minutes: ends earlier, and says how far it came;
// --from: number of the first case (a case depends on its number and the seed alone); --lines: parts of files of at
// most so many lines, 0 for whole files; --all: every .js and .ts file below a folder, unchanged.
// What goes wrong is printed with what it takes to see it again, and its source is kept; exit code 1 then.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as esbuild from 'esbuild';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    lines: { type: 'string', default: '80' },
    largest: { type: 'string', default: '30000' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    all: { type: 'string' },
  },
});

/** A case that takes longer is a hang, ms. Much: the machine may have other work. */
const HANG_MS = 60_000;
/** Cases that a thread takes at once. */
const BATCH = 200;
const MAX_CHARACTERS = 400_000;

const bundle = await build();
const files = values.all
  ? [...sources(values.all, MAX_CHARACTERS)]
  : [...sources('src', Number(values.largest)), ...sources('node_modules', Number(values.largest))];
const first = values.all ? 0 : Number(values.from);
const end = values.all ? files.length : first + Number(values.count);
const until = Date.now() + Number(values.minutes) * 60_000;
const kept = path.join(os.tmpdir(), 'looplens-fuzz');
const totals = { files: 0, unparsable: 0, findings: 0, failed: 0, slow: 0, hung: 0, maxMs: 0 };
const started = Date.now();
let next = first;
let told = 0;

await Promise.all(Array.from({ length: Number(values.threads) }, thread));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(JSON.stringify({ ...totals, seconds, next: next < end ? next : undefined }));
process.exitCode = totals.failed + totals.slow + totals.hung > 0 ? 1 : 0;

/** Gives one worker batch after batch; one that died or hangs is replaced, and the case it had is told. */
async function thread() {
  // The case at work, and a count that changes with every case.
  const at = new Int32Array(new SharedArrayBuffer(8));
  let batch = takeBatch();
  while (batch) {
    const ended = await work(batch, at);
    if (ended.lost !== undefined) {
      totals.hung++;
      console.log(`case ${ended.lost}: ${ended.reason}\n  ${ended.how}`);
      batch = ended.lost + 1 < batch.end ? { ...batch, from: ended.lost + 1 } : takeBatch();
    } else batch = undefined;
  }
}

/** Until there is nothing left, or the worker is lost. */
function work(batch, at) {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('lint-cases.mjs', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 1_500 },
      workerData: {
        bundle,
        files,
        seed: Number(values.seed),
        lines: Number(values.lines),
        asIs: Boolean(values.all),
        kept,
        at,
      },
    });
    let current = batch;
    let seen = -1;
    let since = Date.now();
    const watch = setInterval(() => {
      if (at[1] !== seen) [seen, since] = [at[1], Date.now()];
      else if (Date.now() - since > HANG_MS) lose(`took longer than ${HANG_MS / 1000} s`);
    }, 1_000);
    const lose = (reason) => {
      clearInterval(watch);
      worker.removeAllListeners();
      void worker.terminate();
      const lost = at[0];
      resolve({ lost, reason, how: `npm run fuzz:lint -- ${again(lost)}` });
    };
    worker.on('error', (error) => lose(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => lose(`ended its thread with ${code}`));
    worker.on('message', ({ figures, problems }) => {
      for (const [name, value] of Object.entries(figures))
        totals[name] = name === 'maxMs' ? Math.max(totals[name], value) : totals[name] + value;
      for (const problem of problems) console.log(problem);
      progress();
      const more = takeBatch();
      if (!more) {
        clearInterval(watch);
        worker.removeAllListeners();
        void worker.terminate().then(() => resolve({}));
        return;
      }
      current = more;
      worker.postMessage(current);
    });
    worker.postMessage(current);
  });
}

function takeBatch() {
  if (next >= end || Date.now() > until) return undefined;
  const from = next;
  next = Math.min(end, next + BATCH);
  return { from, end: next };
}

function again(number) {
  if (values.all) return `--all ${files[number]}`;
  return `--seed ${values.seed} --lines ${values.lines} --largest ${values.largest} --from ${number} --count 1`;
}

function progress() {
  if (Date.now() - told < 30_000) return;
  told = Date.now();
  const rate = totals.files / ((Date.now() - started) / 1000);
  const left = Math.round((end - next) / rate / 60);
  console.error(`${totals.files} of ${end - first}, ${Math.round(rate)}/s, ${left} min left`);
}

function* sources(folder, most) {
  if (!fs.statSync(folder).isDirectory()) {
    yield folder;
    return;
  }
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file, most);
    else if (entry.isFile() && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) && fs.statSync(file).size < most)
      yield file;
  }
}

/** The linter as one bundle: the sources are TypeScript. */
async function build() {
  const outfile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-fuzz-')), 'lint.cjs');
  await esbuild.build({
    stdin: {
      contents: `export { lintText } from './src/lint/lint-text.ts';
        export { RULES } from './src/lint/presets.ts';
        export { collectFacts } from './src/lint/facts.ts';
        export { createLintService } from './src/lint/service.ts';
        export { createProject } from './src/lint/project/project.ts';`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
