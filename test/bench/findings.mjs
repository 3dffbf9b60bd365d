// npm run bench:findings [-- --json] [--only RULE] [--program PATTERN] [--node 24] [--set NAME=VALUE] [--jobs 1] [--cli FILE] [--keep FOLDER]
// How good the diagnosis is: each program of the corpus is recorded by the built command line, and what it says is held against the
// labels. Prints precision and recall by rule, magnitudes against the truth, and every miss. `--keep` leaves each recording, and
// what the program printed, in a folder.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installNodes, nodeBinary } from '../setup/nodes.mjs';
import { prepare, ROOT } from '../setup/project.mjs';
import { judge, readLabels } from './findings-labels.mjs';
import { recordProgram, startServices, temporaryFolder } from './findings-run.mjs';

const LIMITS = { recall: 0.95, precision: 0.98, magnitude: 0.95 };
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    program: { type: 'string' },
    node: { type: 'string', default: '24' },
    set: { type: 'string', multiple: true, default: [] },
    jobs: { type: 'string', default: '1' },
    keep: { type: 'string' },
    cli: { type: 'string', default: path.join(ROOT, 'dist/cli/looplens.cjs') },
  },
});
const overrides = Object.fromEntries(args.set.map((text) => text.split(/=(.*)/s, 2)));
const say = (text) => process.stderr.write(`${text}\n`);

installNodes();
await prepare((text) => process.stderr.write(text));
const labels = readLabels().filter(
  ({ name, expect }) =>
    (!args.program || new RegExp(args.program).test(name)) &&
    (!args.only || expect.length === 0 || expect.some(({ rule }) => [rule].flat().includes(args.only))),
);
const services = await startServices();
const results = [];
const queue = [...labels];
await Promise.all(Array.from({ length: Number(args.jobs) }, work));
services.close();
results.sort((a, b) => (a.label.name < b.label.name ? -1 : 1));

const rules = byRule(results);
if (args.json) console.log(JSON.stringify({ name: 'findings', rows: rowsOf(rules) }));
else print(rules);

async function work() {
  const temporary = temporaryFolder();
  for (let label = queue.shift(); label; label = queue.shift()) {
    const env = { ...overrides };
    const folder = args.keep ? path.resolve(args.keep, label.name.replaceAll('/', '_')) : temporary;
    fs.mkdirSync(folder, { recursive: true });
    const run = { cli: args.cli, node: nodeBinary(args.node), cwd: ROOT, env, services, folder };
    const { report, output, code } = await recordProgram(label, run);
    if (args.keep) fs.writeFileSync(path.join(folder, 'output.txt'), output);
    const knob = { knob: overrides[label.knob] };
    const verdict = report
      ? judge(label, report.findings, output, knob, ROOT)
      : { found: [], wrong: [], broken: `exit code ${code}: ${output.trim().slice(-300)}` };
    results.push({ label, ...verdict });
    say(`${label.name.padEnd(34)} ${wordsOf(verdict)}`);
  }
}

function wordsOf({ found, wrong, broken }) {
  if (broken) return `NO REPORT, ${broken}`;
  const words = found.map(({ rule, finding, details, expected }) => {
    if (!finding) return `MISSED ${rule} at ${placeWords(expected.places)}`;
    const off = details.filter(({ right }) => !right);
    return [
      `found ${finding.rule}`,
      ...off.map((d) => `${d.what} ${shown(d.told)} for ${shown(d.truth)}`),
    ].join(', ');
  });
  const falseWords = wrong.map(({ rule, severity, location: { file, line }, message }) => {
    return `FALSE ${severity} ${rule} at ${path.basename(file)}:${line} "${message.slice(0, 90)}"`;
  });
  return [...words, ...falseWords].join('; ') || 'silent';
}

function placeWords(places) {
  return places ? `${path.basename(places[0].file)}:${places[0].line}` : 'any line';
}

function shown(value) {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : JSON.stringify(value);
}

/** Rule -> `{ right, missed, wrong, magnitudes, near }`. */
function byRule(all) {
  const table = new Map();
  const row = (rule) => {
    if (!table.has(rule))
      table.set(rule, { right: 0, missed: 0, wrong: 0, magnitudes: 0, near: 0, details: 0, ok: 0 });
    return table.get(rule);
  };
  for (const { label, found, wrong, broken } of all) {
    if (broken) for (const { rule } of label.expect) row([rule].flat()[0]).missed++;
    for (const { rule, finding, details } of found) {
      const r = row(rule);
      if (finding) r.right++;
      else r.missed++;
      for (const { magnitude, right } of details) {
        r[magnitude ? 'magnitudes' : 'details']++;
        if (right) r[magnitude ? 'near' : 'ok']++;
      }
    }
    for (const { rule } of wrong) row(rule).wrong++;
  }
  return new Map([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function rowsOf(table) {
  const all = total(table);
  const ratio = (label, value, limit) => ({
    label,
    value: round(value),
    unit: 'share',
    baseline: 'labels of the corpus',
    spread: [],
    limit,
  });
  return [
    ratio('recall, all rules', share(all.right, all.missed), LIMITS.recall),
    ratio('precision, all rules', share(all.right, all.wrong), LIMITS.precision),
    ratio('magnitudes within 20 %', all.near / Math.max(1, all.magnitudes), LIMITS.magnitude),
    ...[...table].flatMap(([rule, r]) => [
      ratio(`recall, ${rule}`, share(r.right, r.missed), LIMITS.recall),
      ratio(`precision, ${rule}`, share(r.right, r.wrong), LIMITS.precision),
    ]),
  ];
}

function total(table) {
  const all = { right: 0, missed: 0, wrong: 0, magnitudes: 0, near: 0, details: 0, ok: 0 };
  for (const row of table.values()) for (const key of Object.keys(all)) all[key] += row[key];
  return all;
}

function print(table) {
  const line = (name, r) =>
    console.log(
      [
        name.padEnd(24),
        ...[r.right, r.missed, r.wrong].map((n) => String(n).padStart(7)),
        ...[share(r.right, r.missed), share(r.right, r.wrong)].map((n) => n.toFixed(2).padStart(10)),
        `${r.near} of ${r.magnitudes}`.padStart(12),
        `${r.ok} of ${r.details}`.padStart(15),
      ].join(''),
    );
  const silent = results.filter(({ label }) => label.expect.length === 0);
  console.log(
    `${results.length} programs on Node ${args.node}, ${silent.length} of them healthy (${silent.filter((r) => r.wrong.length === 0 && !r.broken).length} left in peace)\n`,
  );
  console.log(
    'rule                      found missed  false    recall precision   magnitudes cause and routes',
  );
  for (const [rule, row] of table) line(rule, row);
  line('all', total(table));
  console.log(`\nwanted: recall ${LIMITS.recall}, precision ${LIMITS.precision}, magnitudes within 20 %\n`);
  for (const result of results) {
    const words = wordsOf(result);
    if (/MISSED|FALSE|NO REPORT| for /.test(words)) console.log(`${result.label.name}: ${words}`);
  }
}

function share(right, other) {
  return right + other === 0 ? 1 : right / (right + other);
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}
