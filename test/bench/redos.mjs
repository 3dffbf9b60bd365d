// How many slow regular expressions the fast check finds, and what it costs.
//   npm run bench:redos [-- --json] [-- --count 200]
// There is no public labelled set on the npm registry, so the labels are proven here: expressions from the sources of
// the packages in node_modules and mutations of them go to recheck; what it calls vulnerable is then run on its attack
// string, at growing lengths. Slow is what was measured to grow: more than double for one more pump (exponential), or
// more than 2.5 times for twice the pumps (polynomial). What recheck cannot decide in its time has no label.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import * as esbuild from 'esbuild';
import recheck from 'recheck/lib/browser.js';
import { numbers } from '../fuzz/mutate.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const screenRegexp = await load();
const random = numbers(Number(values.seed));

const found = collect('node_modules');
const chosen = Array.from({ length: Number(values.count) }, (_, i) =>
  i % 2 ? vary(pick(found), pick(found)) : pick(found),
).filter(isValid);
// The first ones pay for compiling the check itself.
for (const { source, flags } of found.slice(0, 50)) screenRegexp(source, flags);

const counts = { exponential: [0, 0], polynomial: [0, 0], linear: [0, 0] };
const times = [];
let undecided = 0;
for (const { source, flags } of chosen) {
  const start = process.cpuUsage();
  const said = screenRegexp(source, flags);
  times.push(cpuMs(start));
  const label = prove(source, flags);
  if (!label) undecided++;
  else {
    counts[label][1]++;
    if (said && (label !== 'exponential' || said.growth === 'exponential')) counts[label][0]++;
  }
}
times.sort((a, b) => a - b);
const rows = [
  row('exponential: found', share(counts.exponential), '%', counts.exponential[1]),
  row('polynomial: found', share(counts.polynomial), '%', counts.polynomial[1]),
  row('linear: reported all the same', share(counts.linear), '%', counts.linear[1]),
  row('no label', (100 * undecided) / chosen.length, '%', chosen.length),
  row('fast check, mean', times.reduce((a, b) => a + b, 0) / times.length, 'ms', times.length),
  row('fast check, median', times[times.length >> 1], 'ms', times.length),
  row('fast check, longest', times.at(-1), 'ms', times.length),
];
if (values.json) console.log(JSON.stringify({ name: 'redos', rows }));
else
  for (const { label, value, unit, baseline } of rows)
    console.log(`${label.padEnd(32)} ${value.toFixed(1).padStart(8)} ${unit}  (${baseline})`);

/** The growth that was measured; linear where recheck proves it; undefined where neither is known. */
function prove(source, flags) {
  let answer;
  try {
    answer = recheck.checkSync(source, flags, { timeout: 1_000 });
  } catch {
    return undefined;
  }
  if (answer.status === 'safe') return 'linear';
  if (answer.status !== 'vulnerable') return undefined;
  const { prefix, pumps, suffix } = answer.attack;
  const text = (n) =>
    pumps.reduce((all, pump) => all + pump.prefix + pump.pump.repeat(n), prefix ?? '') + suffix;
  if (answer.complexity.type === 'exponential') {
    for (let n = 4; n <= 40; n += 2) {
      const [short, long] = [run(source, flags, text(n)), run(source, flags, text(n + 2))];
      if (long === Infinity || (short > 5 && long > 2 * short)) return 'exponential';
    }
    return undefined;
  }
  for (let n = 500; n <= 128_000; n *= 2) {
    const [short, long] = [run(source, flags, text(n)), run(source, flags, text(2 * n))];
    if (short > 5) return long > 2.5 * short ? 'polynomial' : undefined;
  }
  return undefined;
}

/** CPU milliseconds of one match; Infinity past half a second. */
function run(source, flags, text) {
  const context = vm.createContext({ source, flags, text });
  const start = process.cpuUsage();
  try {
    vm.runInContext('new RegExp(source, flags).exec(text)', context, { timeout: 500 });
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

function row(label, value, unit, number) {
  return { label, value, unit, baseline: `${number} expressions` };
}

async function load() {
  const outfile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-redos-')), 'screen.cjs');
  await esbuild.build({
    entryPoints: ['src/lint/regexps/screen.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)).default.screenRegexp;
}
