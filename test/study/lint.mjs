// How many findings of the recommended preset are worth acting on, in server programs that nobody here has written.
//   npm run study:lint -- --draw 200 --seed 7      draws findings at random and prints them with their lines, to be judged
//   npm run study:lint                             what the committed judgements say, and which are still reported
//   npm run study:lint -- --set seen               the same of the programs that rules were mended with in view
//   npm run study:lint -- --set rules              the same of three rules alone, all of whose findings were judged
//   npm run study:lint -- --set fresh              the same of programs drawn from later, each set after the mends of those before:
//                                                  fresh, last, untouched, evidence, later, blind, final
// Findings of all packages of a set lie in one urn; no rule and no package is favoured. Judgements are in
// precision-NAME.md, NAME being the set.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { numbers } from '../fuzz/mutate.mjs';
import { folderOf } from './packages.mjs';
import { SETS } from './sets.mjs';

const { values } = parseArgs({
  options: {
    draw: { type: 'string' },
    seed: { type: 'string', default: '1' },
    set: { type: 'string', default: 'unseen' },
    /** Only findings that say from which request, timer or event they are reached. */
    reached: { type: 'boolean', default: false },
    /** Takes the findings of the last run, where there are any. */
    again: { type: 'boolean', default: false },
  },
});

const packages = SETS[values.set];
if (!packages) throw new Error(`No set "${values.set}": give ${Object.keys(SETS).join(' or ')}.`);
const found = findings();
const judged = judgements();
if (values.draw) draw(Number(values.draw), Number(values.seed));
else report();

/** All findings as `{ package, file, line, rule, message, chain }`, in a fixed order. */
function findings() {
  const all = packages.flatMap(findingsOf);
  return all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function findingsOf(spec) {
  const folder = folderOf(spec);
  const store = `${folder}.json`;
  if (values.again && fs.existsSync(store)) return JSON.parse(fs.readFileSync(store, 'utf8'));
  const cli = fileURLToPath(new URL('../../dist/cli/looplens.cjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, 'lint', '--preset', 'recommended', '--no-cache', '--format', 'json', '.'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${spec}: ${stderr}`);
  const list = JSON.parse(stdout)
    .findings.filter(({ severity }) => severity !== 'hint')
    .map(({ rule, message, chain, location: { file, line } }) => ({
      package: spec,
      file,
      line,
      rule,
      message,
      chain,
    }));
  console.error(`${spec}: ${list.length} findings`);
  fs.writeFileSync(store, JSON.stringify(list));
  return list;
}

function keyOf({ package: spec, file, line, rule }) {
  return `${spec} ${file}:${line} ${rule}`;
}

function draw(count, seed) {
  const random = numbers(seed);
  const urn = values.reached ? found.filter(({ chain }) => chain.length > 0) : [...found];
  console.log(`${urn.length} findings in ${packages.length} packages; ${count} drawn with seed ${seed}.`);
  for (let i = 0; i < count && urn.length > 0; i++) show(urn.splice(random(urn.length), 1)[0], i + 1);
}

function show(finding, number) {
  const { file, line, chain, message } = finding;
  const lines = fs.readFileSync(path.join(folderOf(finding.package), file), 'utf8').split('\n');
  const before = judged.get(keyOf(finding));
  console.log(`\n${number}. ${keyOf(finding)}${before ? ` (judged: ${before.verdict})` : ''}\n   ${message}`);
  if (chain.length > 0) console.log(`   ${chain.map(stepText).join(' <- ')}`);
  if (!before)
    for (let at = Math.max(1, line - 8); at <= Math.min(lines.length, line + 6); at++)
      console.log(`${at === line ? '>' : ' '} ${at}  ${lines[at - 1].slice(0, 160)}`);
}

function stepText({ kind, label, function: name, file, line }) {
  return label ?? `${name ?? kind}${file ? ` (${file}:${line})` : ''}`;
}

/** Rows of the set's table: `| package | file:line | rule | actionable | path | reason |`. */
function judgements() {
  const text = fs.readFileSync(new URL(`precision-${values.set}.md`, import.meta.url), 'utf8');
  const rows = new Map();
  for (const row of text.split('\n')) {
    const [, spec, place, rule, verdict, reach] = row
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
    if (/^(?:yes|no)$/.test(verdict ?? '')) rows.set(`${spec} ${place} ${rule}`, { rule, verdict, reach });
  }
  return rows;
}

function report() {
  const today = new Set(found.map(keyOf));
  const byRule = new Map();
  const total = { judged: 0, actionable: 0, paths: 0, true: 0 };
  const still = { judged: 0, actionable: 0, paths: 0, true: 0 };
  for (const [key, { rule, verdict, reach }] of judged) {
    const one = byRule.get(rule) ?? { judged: 0, actionable: 0 };
    byRule.set(rule, one);
    const sums = today.has(key) ? [one, total, still] : [one, total];
    for (const sum of sums) {
      sum.judged++;
      if (verdict === 'yes') sum.actionable++;
      if (reach === 'true' || reach === 'false') sum.paths++;
      if (reach === 'true') sum.true++;
    }
  }
  for (const [rule, { judged: all, actionable }] of [...byRule].sort((a, b) => b[1].judged - a[1].judged))
    console.log(`${rule.padEnd(40)} ${String(actionable).padStart(4)} of ${String(all).padStart(4)}`);
  console.log(`\nActionable: ${share(total.actionable, total.judged)}`);
  console.log(`Paths from a request, timer or event that are as told: ${share(total.true, total.paths)}`);
  console.log(`Judged and no longer reported: ${total.judged - still.judged}`);
  console.log(`Of those still reported, actionable: ${share(still.actionable, still.judged)}`);
  console.log(`Of those still reported, paths as told: ${share(still.true, still.paths)}`);
}

function share(part, whole) {
  return `${part} of ${whole}, ${whole ? ((100 * part) / whole).toFixed(1) : 0} %`;
}
