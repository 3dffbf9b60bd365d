// What an edit costs: CPU of the lint worker for one changed character in files of 500 and 5,000 lines.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ROOT } from './lint-setup.mjs';

const EDITS = 15;
const LIMITS = { 500: 15, 5000: 80 };

/** One row for each size: ms of CPU per edit, warmed up. */
export async function perEdit() {
  const rows = [];
  for (const lines of [500, 5000]) {
    const worker = new Worker(path.join(ROOT, 'dist/workers/lint.cjs'), { execArgv: [] });
    const text = sourceOf(lines);
    const times = [];
    for (let edit = 0; edit < EDITS; edit++) {
      const before = process.cpuUsage();
      await ask(worker, edit, text.replace('EDIT', `EDIT${edit}`));
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    await worker.terminate();
    // The first ones compile the linter.
    const warm = times.slice(5).sort((a, b) => a - b);
    rows.push({
      label: `an edit in a file of ${lines} lines`,
      value: Math.round(warm[Math.floor(warm.length / 2)]),
      unit: 'ms of CPU',
      baseline: 'none',
      spread: [Math.round(warm[0]), Math.round(warm.at(-1))],
      limit: LIMITS[lines],
    });
  }
  return rows;
}

function ask(worker, id, text) {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage({ id, kind: 'lint', file: path.join(ROOT, 'bench.ts'), text, preset: 'recommended' });
  });
}

/** Real code: our own, as often as it takes. */
function sourceOf(lines) {
  const own = fs.readFileSync(path.join(ROOT, 'src/analysis/findings/slow-request.ts'), 'utf8').split('\n');
  const text = [];
  for (let part = 0; text.length < lines; part++) {
    text.push(
      ...own.map((line) => line.replace(/^(export )?(async )?function (\w+)/, `$1$2function $3_${part}`)),
    );
  }
  const imports = text.filter((line, at) => at >= own.length && /^import /.test(line));
  return `// EDIT\n${text
    .filter((line) => !imports.includes(line) || !/^import/.test(line))
    .slice(0, lines)
    .join('\n')}`;
}
