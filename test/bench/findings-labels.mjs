// The labels of the corpus, and how a report is held against them.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../fixtures/corpus', import.meta.url));

/** How far a magnitude may be from the truth. */
const TOLERANCE = 0.2;
const OTHER_FILE = /^([\w./-]+\.[cm]?[jt]s):(.*)$/s;

/** All programs with their labels: `{ name: 'blocked/archive.cjs', file, expect, may, load, ... }`. Throws on a label that names no line. */
export function readLabels() {
  const folders = fs.readdirSync(CORPUS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name: folder }) => {
    const labels = JSON.parse(fs.readFileSync(path.join(CORPUS, folder, 'labels.json'), 'utf8'));
    return Object.entries(labels).map(([name, label]) => {
      const file = path.join(CORPUS, folder, name);
      const located = (items = []) => items.map((item) => ({ ...item, places: placesOf(file, item.at) }));
      return {
        ...label,
        name: `${folder}/${name}`,
        file,
        expect: located(label.expect),
        may: located(label.may),
      };
    });
  });
}

/**
 * Holds a report against a label. `findings` as in the JSON contract, below `cwd`; `output` is what the program printed.
 * Hints count for nothing.
 */
export function judge(label, findings, output, env, cwd) {
  const told = findings.filter(({ severity }) => severity !== 'hint');
  const used = new Set();
  const found = label.expect.map((expected) => {
    const index = bestMatch(expected, told, used, cwd);
    if (index >= 0) used.add(index);
    return {
      rule: rulesOf(expected)[0],
      expected,
      finding: told[index],
      details: index < 0 ? [] : detailsOf(expected, told[index], output, env),
    };
  });
  const wrong = told.filter(
    (finding, index) =>
      !used.has(index) && ![...label.expect, ...label.may].some((item) => matches(item, finding, cwd)),
  );
  return { found, wrong };
}

const rulesOf = ({ rule }) => [rule].flat();

function bestMatch(expected, told, used, cwd) {
  const fits = told.flatMap((finding, index) =>
    !used.has(index) && matches(expected, finding, cwd) ? [index] : [],
  );
  // Two faults of one program may share a line of a helper: the route tells them apart.
  return fits.find((index) => namesRoutes(expected, told[index])) ?? fits[0] ?? -1;
}

function matches(item, { rule, location }, cwd) {
  if (!rulesOf(item).includes(rule)) return false;
  if (!item.places) return true;
  const file = path.resolve(cwd, location.file);
  return item.places.some((place) => place.file === file && place.line === location.line);
}

const namesRoutes = ({ routes = [] }, finding) =>
  routes.every((route) => finding.evidence?.routes?.includes(route));

/** What the label also says, right or not: `{ what, right, truth, told }`. */
function detailsOf(expected, finding, output, env) {
  const details = [];
  if (expected.cause)
    details.push({
      what: 'cause',
      right: finding.cause === expected.cause,
      truth: expected.cause,
      told: finding.cause,
    });
  if (expected.routes) {
    const routes = finding.evidence?.routes ?? [];
    details.push({
      what: 'routes',
      right: namesRoutes(expected, finding),
      truth: expected.routes,
      told: routes,
    });
  }
  for (const [what, measure] of Object.entries(MAGNITUDES)) {
    if (expected[what] === undefined) continue;
    const truth = truthOf(expected[what], output, env);
    const told = finding.evidence && measure(finding.evidence);
    const right = Number.isFinite(truth) && Math.abs(told - truth) <= TOLERANCE * truth;
    details.push({ what, magnitude: true, right, truth, told });
  }
  return details;
}

const MAGNITUDES = {
  eachMs: ({ totalMs, count }) => totalMs / count,
  p99Ms: ({ p99Ms }) => p99Ms,
  share: ({ loopShare }) => loopShare,
  max: ({ count }) => count,
};

/** NaN when the program printed nothing. */
function truthOf(truth, output, env) {
  if (typeof truth === 'number') return truth;
  if ('knob' in truth) return Number(env.knob ?? truth.knob);
  // What it printed later was not recorded.
  const [recorded] = output.split('Finishing the recording');
  const values = [...recorded.matchAll(new RegExp(truth.printed, 'g'))].map((match) => Number(match[1]));
  if (truth.take === 'last') return values.at(-1) ?? NaN;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function placesOf(file, at) {
  if (at === undefined) return undefined;
  return [at].flat().flatMap((text) => {
    const [, other, rest] = OTHER_FILE.exec(text) ?? [undefined, undefined, text];
    const where = other ? path.join(path.dirname(file), other) : file;
    const lines = fs.readFileSync(where, 'utf8').split('\n');
    const places = lines.flatMap((line, index) =>
      line.includes(rest) ? [{ file: where, line: index + 1 }] : [],
    );
    if (places.length === 0) throw new Error(`${where}: no line holds "${rest}".`);
    return places;
  });
}
