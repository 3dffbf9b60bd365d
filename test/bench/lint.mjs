// What linting costs: CPU of the command against ESLint with comparable rules and against oxlint, on the sources of
// public packages, each tool in its own process, one after the other, several times.
//   npm run bench:lint [-- --json] [-- --quick]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { perEdit } from './lint-edit.mjs';
import { installOxlint, CACHE, configs, prepareSources, ROOT } from './lint-setup.mjs';

const JSON_OUT = process.argv.includes('--json');
const ROUNDS = process.argv.includes('--quick') ? 1 : 3;
const CPU_HOOK = pathToFileURL(path.join(ROOT, 'test/bench/lint-cpu.mjs')).href;

const rows = [];
for (const source of prepareSources(process.argv.includes('--quick') ? ['small'] : undefined)) {
  const { cold, warm, eslint, typed, oxlint } = measure(source);
  const label = `${source.name}, ${source.lines} lines`;
  rows.push(
    row(`${label}: cold`, cold, eslint, 'ESLint, untyped rules', 0.5),
    row(`${label}: warm`, warm, eslint, 'ESLint, untyped rules', 0.05),
    ...(typed ? [row(`${label}: cold, promises across files`, cold, typed, 'ESLint, typed rules', 0.1)] : []),
    row(`${label}: cold`, cold, oxlint, 'oxlint', undefined),
  );
}
rows.push(...(await perEdit()));
print();

/** CPU seconds of every tool, by round, in turn. */
function measure(source) {
  const times = { cold: [], warm: [], eslint: [], typed: source.typed ? [] : undefined, oxlint: [] };
  const cache = path.join(CACHE, 'lint-cache', source.name);
  const looplens = [path.join(ROOT, 'dist/cli/looplens.cjs'), 'lint', '.', '--quiet', '--cache-dir', cache];
  for (let round = 0; round < ROUNDS; round++) {
    fs.rmSync(cache, { recursive: true, force: true });
    times.cold.push(cpu(looplens, source.folder));
    times.warm.push(cpu(looplens, source.folder));
    times.eslint.push(cpu(eslintArgs('untyped'), source.folder));
    if (times.typed) times.typed.push(cpu(eslintArgs('typed'), source.folder));
    times.oxlint.push(cpu([oxlintFile(), '-c', configs.oxlint, '.'], source.folder));
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

/** CPU of a program of Node with all its threads, s. */
function cpu(args, cwd) {
  const out = path.join(CACHE, `cpu-${process.pid}.json`);
  const env = { ...process.env, LOOPLENS_BENCH_CPU: out, NODE_OPTIONS: '--max-old-space-size=6000' };
  const { stderr, status } = spawnSync(process.execPath, ['--import', CPU_HOOK, ...args], {
    cwd,
    env,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  if (!fs.existsSync(out)) throw new Error(`${args[0]} ended with ${status}: ${stderr.slice(0, 500)}`);
  const { seconds } = JSON.parse(fs.readFileSync(out, 'utf8'));
  fs.rmSync(out);
  return seconds;
}

function row(label, ours, theirs, baseline, limit) {
  const ratios = ours.map((seconds, round) => seconds / theirs[round]).sort((a, b) => a - b);
  return {
    label: `${label} against ${baseline}`,
    value: round3(ratios[Math.floor(ratios.length / 2)]),
    unit: 'x',
    baseline: `${baseline}, ${round3(median(theirs))} s of CPU`,
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
