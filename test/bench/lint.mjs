// What linting costs: CPU of the command against ESLint with comparable rules and against oxlint, on the sources of
// public packages, each tool in its own process, one after the other, several times.
//   npm run bench:lint [-- --json] [-- --quick] [-- --only small|medium|large|edit]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { perEdit } from './lint-edit.mjs';
import { prepare } from '../setup/project.mjs';
import { installOxlint, CACHE, configs, prepareSources, ROOT } from './lint-setup.mjs';

const JSON_OUT = process.argv.includes('--json');
const ROUNDS = process.argv.includes('--quick') ? 1 : 3;
const CPU_HOOK = path.join(ROOT, 'test/bench/lint-cpu.cjs');

const only = process.argv[process.argv.indexOf('--only') + 1];
const isChosen = (part) => !process.argv.includes('--only') || part === only;
const sizes = ['small', ...(process.argv.includes('--quick') ? [] : ['medium', 'large'])];

await prepare((text) => process.stderr.write(text));
const rows = [];
for (const source of prepareSources(sizes.filter(isChosen))) {
  const { cold, warm, promises, exact, eslint, typed, oxlint } = measure(source);
  const label = `${source.name}, ${source.lines} lines`;
  rows.push(
    row(`${label}: cold`, cold, eslint, 'ESLint, untyped rules', 0.5),
    row(`${label}: warm`, warm, eslint, 'ESLint, untyped rules', 0.05),
    ...(typed
      ? [
          row(`${label}: cold, rules about promises only`, promises, typed, 'ESLint, typed rules', 0.1),
          row(`${label}: the same with --types`, exact, typed, 'ESLint, typed rules', undefined),
        ]
      : []),
    row(`${label}: cold`, cold, oxlint, 'oxlint', undefined),
    row(`${label}: peak memory, cold`, cold, eslint, 'ESLint, untyped rules', undefined, 'mb'),
  );
}
if (isChosen('edit')) rows.push(...(await perEdit()));
print();

/** What every tool used, by round, in turn. */
function measure(source) {
  const times = {
    cold: [],
    warm: [],
    promises: [],
    exact: [],
    eslint: [],
    typed: source.typed ? [] : undefined,
    oxlint: [],
  };
  const cache = path.join(CACHE, 'lint-cache', source.name);
  const looplens = [path.join(ROOT, 'dist/cli/looplens.cjs'), 'lint', '.', '--quiet', '--cache-dir', cache];
  for (let round = 0; round < ROUNDS; round++) {
    fs.rmSync(cache, { recursive: true, force: true });
    times.cold.push(used(looplens, source.folder));
    times.warm.push(used(looplens, source.folder));
    times.eslint.push(used(eslintArgs('untyped'), source.folder));
    if (times.typed) {
      times.typed.push(used(eslintArgs('typed'), source.folder));
      const promises = [...looplens, '--no-cache', '--config', configs.promises];
      times.promises.push(used(promises, source.folder));
      times.exact.push(used([...promises, '--types'], source.folder));
    }
    times.oxlint.push(used([oxlintFile(), '-c', configs.oxlint, '.'], source.folder));
  }
  return times;
}

function eslintArgs(kind) {
  const file = path.join(ROOT, 'node_modules/eslint/bin/eslint.js');
  return [file, '--no-config-lookup', '-c', configs[kind], '--no-warn-ignored', '.'];
}

function oxlintFile() {
  const folder = installOxlint();
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin.oxlint);
}

/** CPU of a program of Node with all its threads, s, and its peak memory, MB. */
function used(args, cwd) {
  const out = path.join(CACHE, `cpu-${process.pid}.json`);
  const env = { ...process.env, LOOPLENS_BENCH_CPU: out, NODE_OPTIONS: '--max-old-space-size=6000' };
  const { stderr, status } = spawnSync(process.execPath, ['--require', CPU_HOOK, ...args], {
    cwd,
    env,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  // 0 and 1 tell of findings; a program that gave up has done less work than the others.
  if (!fs.existsSync(out) || !(status <= 1))
    throw new Error(`${args[0]} ended with ${status}: ${stderr.slice(0, 500)}`);
  const figures = JSON.parse(fs.readFileSync(out, 'utf8'));
  fs.rmSync(out);
  return figures;
}

function row(label, ours, theirs, baseline, limit, figure = 'seconds') {
  const ratios = ours.map((own, round) => own[figure] / theirs[round][figure]).sort((a, b) => a - b);
  const typical = round3(median(theirs.map((one) => one[figure])));
  return {
    label: `${label} against ${baseline}`,
    value: round3(ratios[Math.floor(ratios.length / 2)]),
    unit: 'x',
    baseline: `${baseline}, ${typical} ${figure === 'mb' ? 'MB' : 's of CPU'}`,
    spread: [round3(ratios[0]), round3(ratios.at(-1))],
    limit,
  };
}

function print() {
  if (JSON_OUT) {
    process.stdout.write(`${JSON.stringify({ name: 'lint', rows })}\n`);
    return;
  }
  for (const { label, value, unit, spread, baseline, limit } of rows) {
    const held = limit === undefined ? '' : value <= limit ? `  (limit ${limit})` : `  OVER ${limit}`;
    console.log(`${label}\n    ${value} ${unit}  [${spread.join(' .. ')}]  of ${baseline}${held}`);
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function round3(value) {
  return Math.round(value * 1000) / 1000;
}
