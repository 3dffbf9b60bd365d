// What an edit costs: CPU of the lint worker for one changed character in files of 500 and 5,000 lines, beside the CPU
// of Babel's parser alone on the same text, in a worker of its own: less than that no answer to an edit can cost.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from './lint-setup.mjs';

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

/** Three rows for each size, ms of CPU per edit: the first edits, those after, and the parser alone. */
export async function perEdit() {
  const rows = [];
  for (const lines of [500, 5000]) {
    const text = sourceOf(lines);
    const linted = await edit(
      new Worker(path.join(ROOT, 'dist/workers/lint.cjs'), {
        execArgv: [],
        resourceLimits: { maxYoungGenerationSizeMb: 96 },
      }),
      text,
    );
    const parsed = await edit(new Worker(PARSER, { eval: true, execArgv: [] }), text);
    const floor = median(parsed.slice(FIRST * 2));
    const label = `an edit in a file of ${lines} lines`;
    rows.push(
      row(`${label}, after the first ${FIRST * 2}`, linted.slice(FIRST * 2), floor, LIMITS[lines]),
      row(`${label}, the first ${FIRST}`, linted.slice(0, FIRST), median(parsed.slice(0, FIRST))),
      row(`${label}, the parser alone`, parsed.slice(FIRST * 2), floor),
    );
  }
  return rows;
}

/** CPU of each edit, ms. */
async function edit(worker, text) {
  const times = [];
  for (let id = 0; id < EDITS; id++) {
    const before = process.cpuUsage();
    const { outcome } = await ask(worker, id, text.replace('EDIT', `EDIT${id}`));
    if (outcome?.problems.length > 0) throw new Error(outcome.problems[0].message);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  await worker.terminate();
  return times;
}

function ask(worker, id, text) {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage({ id, kind: 'lint', file: path.join(ROOT, 'bench.ts'), text, preset: 'recommended' });
  });
}

function row(label, times, floor, limit) {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    label,
    value: Math.round(median(times)),
    unit: 'ms of CPU',
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
  const end = text.findLastIndex((line, at) => at < lines && line === '}');
  return `// EDIT\n${text.slice(0, end + 1).join('\n')}`;
}
