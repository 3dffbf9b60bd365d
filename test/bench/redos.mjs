// How many slow regular expressions the fast check finds, how many it reports wrongly, and what it costs; the same with
// the full check of what it suspects or cannot decide, as the product has it: in the background of an editor, and before
// the command line answers.
//   npm run bench:redos [-- --json] [-- --count 200] [-- --set FILE] [-- --missed]
// Two sets. Advisories (redos-cves.mjs): expressions of published advisories with a label and an attack each; the label
// counts only where running the attack confirms it. Drawn: expressions from the sources of the packages in
// node_modules and mutations of them, labelled here: they go to recheck, and what it calls vulnerable is run on its
// attack string at growing lengths. Slow is what was measured to grow: more than double for two more pumps
// (exponential), or more than 2.5 times for twice the pumps (polynomial). What recheck calls safe is linear; what
// nothing confirms has no label. --set: another set, one expression a line, labelled the same way.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import * as esbuild from 'esbuild';
import recheck from 'recheck/lib/browser.js';
import { checkWithoutWorker } from '../../esbuild.plugins.mjs';
import { numbers } from '../fuzz/mutate.mjs';
import { ADVISORIES } from './redos-cves.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    missed: { type: 'boolean' },
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    set: { type: 'string' },
  },
});
/** Within which the full check shall end, ms. */
const FULL_MS = 2_000;
/** Time of the labelling for one expression, ms. */
const LABEL_MS = 5_000;
/** Shares that the fast check shall find, percent, and what it may cost, ms. */
const LEAST = { exponential: 90, polynomial: 85 };
const MEAN_MS = 5;

// As in a server that uses an expression again and again: compiled from the beginning.
v8.setFlagsFromString('--no-regexp-tier-up');
const { screenRegexp } = await load('screen');
const { checkRegexp } = await load('full-check');
const { judged } = await load('checks');
const random = numbers(Number(values.seed));
const full = { times: [], steps: [], decided: 0, slow: 0, measured: 0 };
const times = [];

const advisories = ADVISORIES.map(([name, of, source, flags, growth, ...attack]) => ({
  name: `${name} (${of})`,
  source,
  flags,
  growth,
  attack,
}));
const found = values.set ? lines(values.set) : collect('node_modules');
const drawn = values.set
  ? found
  : Array.from({ length: Number(values.count) }, (_, i) =>
      i % 2 ? vary(pick(found), pick(found)) : pick(found),
    ).filter(isValid);
// The first ones pay for compiling the checks themselves.
for (const { source, flags } of found.slice(0, 50)) screenRegexp(source, flags);
for (const { source, flags } of found.slice(0, 10)) checkRegexp({ source, flags });

const rows = [
  ...rowsOf('advisories', advisories, ({ source, flags, growth, attack }) => {
    const [first, repeated, last] = attack;
    const text = (n) => first + repeated.repeat(n) + last;
    return grows(source, flags, text, growth) ? growth : undefined;
  }),
  ...rowsOf(values.set ? path.basename(values.set) : 'drawn', drawn, prove),
  ...timeRows(),
];
if (values.json) console.log(JSON.stringify({ name: 'redos', rows }));
else
  for (const { label, value, unit, baseline, limit } of rows)
    console.log(
      `${label.padEnd(48)} ${value.toFixed(1).padStart(8)} ${unit}  (${baseline})${limit === undefined ? '' : `  limit ${limit}`}`,
    );

/** What the checks say of a set, beside its labels. */
function rowsOf(name, set, labelOf) {
  const counts = { exponential: none(), polynomial: none(), linear: none() };
  let unlabelled = 0;
  let asked = 0;
  for (const one of set) {
    const start = process.cpuUsage();
    const said = screenRegexp(one.source, one.flags);
    times.push(cpuMs(start));
    const verdict = said && checkInFull(one);
    if (said) asked++;
    const both = said && judged(said, verdict);
    const label = labelOf(one);
    if (both?.check === 'confirmed') {
      full.slow++;
      if (label === both.growth) full.measured++;
    }
    if (!label) {
      unlabelled++;
      if (values.missed)
        console.error(`no label, said ${verdict?.status}: ${one.name ?? ''} /${one.source}/${one.flags}`);
      continue;
    }
    const isFound = (found) => Boolean(found?.growth) && (label !== 'exponential' || found.growth === label);
    const count = counts[label];
    count.all++;
    if (isFound(said)) count.fast++;
    if (isFound(both)) count.both++;
    if (values.missed && isFound(both) !== (label !== 'linear'))
      console.error(
        `${label}, said ${said?.growth ?? said}, ${verdict?.status}: ${one.name ?? ''} /${one.source}/${one.flags}`,
      );
  }
  const labels = Object.keys(counts).filter((label) => counts[label].all > 0);
  const rows = (checks, part, limits) =>
    labels.map((label) => ({
      label: `${name}, ${label}: ${label === 'linear' ? 'reported all the same' : 'found'}, ${checks}`,
      value: share([counts[label][part], counts[label].all]),
      unit: '%',
      baseline: `${counts[label].all} expressions`,
      limit: limits[label],
    }));
  return [
    ...rows('fast check', 'fast', LEAST),
    ...rows('with the full check', 'both', LEAST),
    {
      label: `${name}: no label`,
      value: share([unlabelled, set.length]),
      unit: '%',
      baseline: `${set.length} expressions`,
    },
    {
      label: `${name}: the full check is asked`,
      value: share([asked, set.length]),
      unit: '%',
      baseline: `${set.length} expressions`,
    },
  ];
}

function none() {
  return { all: 0, fast: 0, both: 0 };
}

function timeRows() {
  times.sort((a, b) => a - b);
  full.times.sort((a, b) => a - b);
  const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  const each = (all) => `${all.length} expressions`;
  return [
    { label: 'fast check, mean', value: mean, unit: 'ms', baseline: each(times), limit: MEAN_MS },
    { label: 'fast check, median', value: at(times, 0.5), unit: 'ms', baseline: each(times) },
    { label: 'fast check, 99 of 100 within', value: at(times, 0.99), unit: 'ms', baseline: each(times) },
    { label: 'fast check, longest', value: times.at(-1), unit: 'ms', baseline: each(times) },
    {
      label: 'full check, decided',
      value: share([full.decided, full.times.length]),
      unit: '%',
      baseline: each(full.times),
    },
    {
      label: 'full check, called slow and measured to be, of the same kind',
      value: share([full.measured, full.slow]),
      unit: '%',
      baseline: `${full.slow} expressions`,
    },
    { label: 'full check, median', value: at(full.times, 0.5), unit: 'ms', baseline: each(full.times) },
    {
      label: 'full check, 99 of 100 within',
      value: at(full.times, 0.99),
      unit: 'ms',
      baseline: each(full.times),
      limit: FULL_MS,
    },
    { label: 'full check, longest', value: full.times.at(-1), unit: 'ms', baseline: each(full.times) },
    {
      label: 'full check, steps in a millisecond',
      value: full.steps.reduce((a, b) => a + b, 0) / full.times.reduce((a, b) => a + b, 0),
      unit: '',
      baseline: each(full.times),
    },
  ];
}

/** What the full check answers. */
function checkInFull(one) {
  const start = process.cpuUsage();
  const { verdict, steps } = checkRegexp(one);
  full.times.push(cpuMs(start));
  if (values.missed && full.times.at(-1) > FULL_MS)
    console.error(
      `full check, ${full.times.at(-1).toFixed(0)} ms, ${steps} steps: /${one.source}/${one.flags}`,
    );
  full.steps.push(steps);
  if (verdict.status !== 'undecided') full.decided++;
  return verdict;
}

/** The growth that was measured; linear where recheck proves it; undefined where neither is known. */
function prove({ source, flags }) {
  let answer;
  try {
    answer = recheck.checkSync(source, flags, { timeout: LABEL_MS });
  } catch {
    // As undecided.
  }
  if (answer?.status === 'safe') return 'linear';
  if (answer?.status !== 'vulnerable') return undefined;
  const { prefix, pumps, suffix } = answer.attack;
  const text = (n) =>
    pumps.reduce((all, pump) => all + pump.prefix + pump.pump.repeat(n), prefix ?? '') + suffix;
  const growth = answer.complexity.type === 'exponential' ? 'exponential' : 'polynomial';
  return grows(source, flags, text, growth) ? growth : undefined;
}

/** Whether running it on an attack of growing length shows the growth. */
function grows(source, flags, text, growth) {
  if (growth === 'exponential') {
    for (let n = 4; n <= 40; n += 2) {
      const [short, long] = [run(source, flags, text(n)), run(source, flags, text(n + 2))];
      if (long === Infinity || (short > 5 && long > 2 * short)) return true;
    }
    return false;
  }
  for (let n = 16; n <= 128_000; n *= 2) {
    const short = Math.min(run(source, flags, text(n)), run(source, flags, text(n)));
    if (short > 4) return run(source, flags, text(2 * n)) > 2.5 * short;
  }
  return false;
}

/** CPU milliseconds of one match, of all with the flag g; Infinity past half a second. */
function run(source, flags, text) {
  const context = vm.createContext({ source, flags, text });
  const start = process.cpuUsage();
  try {
    vm.runInContext('text.replace(new RegExp(source, flags), "")', context, { timeout: 500 });
  } catch {
    return Infinity;
  }
  return cpuMs(start);
}

/** Milliseconds of processor time: on a busy machine, the clock says little. */
function cpuMs(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Literals with a repetition without end, from files that hold any. */
function collect(folder) {
  const all = new Map();
  const visit = (at) => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (/\.[cm]?js$/.test(entry.name) && fs.statSync(file).size < 200_000) {
        for (const [, source, flags] of fs
          .readFileSync(file, 'utf8')
          .matchAll(
            /(?<=[=(,:!&|?{};\n]\s*)\/((?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([gimsuy]*)(?=[.,;)\s])/g,
          )) {
          const one = { source, flags };
          if (source.length < 200 && /[*+]|\{\d+,\}/.test(source) && !source.startsWith('*') && isValid(one))
            all.set(`${source}/${flags}`, one);
        }
      }
    }
  };
  visit(folder);
  return [...all.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
}

/** A mutation that is likely to be ambiguous: a part repeated again, doubled, or given alternatives. */
function vary(one, other) {
  const { source, flags } = one;
  const plain = source.replace(/^\^|\$$/g, '');
  const kinds = [
    `^(?:${plain})*$`,
    `^(?:${plain}|${other.source.replace(/^\^|\$$/g, '')})+$`,
    `${plain}${plain}$`,
    source.replace(/\*/g, '+').replace(/\+\?/g, '+'),
    source.replace(/\)(?![*+?{])/, ')+'),
  ];
  return { source: kinds[random(kinds.length)], flags };
}

/** The expressions of a file, one a line. */
function lines(file) {
  const all = fs.readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  return all.map((source) => ({ source, flags: '' })).filter(isValid);
}

function pick(list) {
  return list[random(list.length)];
}

function isValid({ source, flags }) {
  try {
    return Boolean(new RegExp(source, flags));
  } catch {
    return false;
  }
}

function share([part, whole]) {
  return whole === 0 ? 0 : (100 * part) / whole;
}

/** A module of the regular expressions' checks. */
async function load(name) {
  const outfile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-redos-')), `${name}.cjs`);
  await esbuild.build({
    entryPoints: [`src/lint/regexps/${name}.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    plugins: [checkWithoutWorker],
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)).default;
}
