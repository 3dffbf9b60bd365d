// What an edit costs: CPU of the lint worker for one more character inside a function in the middle of files of 500 and
// 5,000 lines, beside the CPU of Babel's parser alone on the same text, in a worker of its own; and the same for a real
// file of more than 5,000 lines within its project, with the time until the answer.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { CACHE, prepareSources, ROOT } from './lint-setup.mjs';

/** As somebody types: what comes first compiles the linter, and is told apart. */
const EDITS = 60;
const FIRST = 10;
const LIMITS = { 500: 15, 5000: 80 };

const PARSER = `
const { parentPort } = require('node:worker_threads');
const { parse } = require('@babel/parser');
parentPort.on('message', ({ text }) => {
  parse(text, { sourceType: 'module', ranges: true, attachComment: false, errorRecovery: true, plugins: ['estree', 'typescript'] });
  parentPort.postMessage('');
});`;

/** Three rows for each size, ms of CPU per edit: the first edits, those after, and the parser alone; and a real file. */
export async function perEdit() {
  const rows = [];
  for (const lines of [500, 5000]) {
    const text = sourceOf(lines);
    const file = path.join(ROOT, 'bench.ts');
    const linted = (await edit(lintWorker(), file, text)).cpu;
    const parsed = (await edit(new Worker(PARSER, { eval: true, execArgv: [] }), file, text)).cpu;
    const floor = median(parsed.slice(FIRST * 2));
    const label = `an edit in a file of ${lines} lines`;
    rows.push(
      row(`${label}, after the first ${FIRST * 2}`, linted.slice(FIRST * 2), floor, LIMITS[lines]),
      row(`${label}, the first ${FIRST}`, linted.slice(0, FIRST), median(parsed.slice(0, FIRST))),
      row(`${label}, the parser alone`, parsed.slice(FIRST * 2), floor),
    );
  }
  return [...rows, ...(await inProject())];
}

/** A file of mongoose: its other files know of it, and are known. */
async function inProject() {
  const [{ folder }] = prepareSources(['medium']);
  const file = path.join(folder, 'lib/query.js');
  const source = fs.readFileSync(file, 'utf8');
  const at = source.indexOf('{', source.indexOf('function _completeOneLean(')) + 1;
  const text = `${source.slice(0, at)}\n  ${MARK};${source.slice(at)}`;
  const lines = text.split('\n').length;
  const worker = lintWorker();
  await new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage({ id: -1, kind: 'open', folder });
  });
  const { cpu, wall } = await edit(worker, file, text);
  const parsed = (await edit(new Worker(PARSER, { eval: true, execArgv: [] }), file, text)).cpu;
  const floor = median(parsed.slice(FIRST * 2));
  const label = `an edit in mongoose's query.js, ${lines} lines, within its project`;
  return [
    row(`${label}, after the first ${FIRST * 2}`, cpu.slice(FIRST * 2), floor, LIMITS[5000]),
    row(`${label}, until the answer`, wall.slice(FIRST * 2), floor, ANSWER_MS, 'ms'),
  ];
}

/** What is left of 150 ms when the editor has waited for the next key. */
const ANSWER_MS = 80;

/** What every edit changes. */
const MARK = 'EDIT';

const lintWorker = () =>
  new Worker(path.join(ROOT, 'dist/workers/lint.cjs'), {
    execArgv: [],
    env: { ...process.env, XDG_CACHE_HOME: path.join(CACHE, 'home'), LOCALAPPDATA: path.join(CACHE, 'home') },
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });

/** CPU of each edit and time until its answer, ms. */
async function edit(worker, file, text) {
  const [cpu, wall] = [[], []];
  for (let id = 0; id < EDITS; id++) {
    const next = text.replace(MARK, `${MARK}${'x'.repeat(id % 20)}`);
    const before = process.cpuUsage();
    const began = performance.now();
    const { outcome } = await ask(worker, id, file, next);
    wall.push(performance.now() - began);
    if (outcome?.problems.length > 0) throw new Error(outcome.problems[0].message);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  await worker.terminate();
  return { cpu, wall };
}

function ask(worker, id, file, text) {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners('error');
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage({ id, kind: 'lint', file, text, preset: 'recommended' });
  });
}

function row(label, times, floor, limit, unit = 'ms of CPU') {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    label,
    value: Math.round(median(times)),
    unit,
    baseline: `the parser alone, ${Math.round(floor)} ms`,
    spread: [Math.round(sorted[0]), Math.round(sorted.at(-1))],
    limit,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Real code: our own, as often as it takes. */
function sourceOf(lines) {
  const own = fs.readFileSync(path.join(ROOT, 'src/analysis/findings/slow-request.ts'), 'utf8').split('\n');
  const text = [];
  for (let part = 0; text.length < lines; part++) {
    text.push(
      ...own.map((line) => line.replace(/^(export )?(async )?function (\w+)/, `$1$2function $3_${part}`)),
    );
  }
  // Cut where a statement ends: a text that cannot be parsed would cost, and tell, something else.
  const end = text.findLastIndex((line, at) => at < lines - 1 && line === '}');
  const kept = text.slice(0, end + 1);
  // Inside of the function in the middle.
  const middle = kept.findIndex(
    (line, at) => at > kept.length / 2 && /^(?:export )?function .*\{$/.test(line),
  );
  kept.splice(middle + 1, 0, `  ${MARK};`);
  return kept.join('\n');
}
