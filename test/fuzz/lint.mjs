// Lints mutated sources and whole trees, and looks for anything that fails or takes long.
//   npm run fuzz:lint -- [--count 1000] [--seed 1] [--largest 30000] [--all FOLDER]
// --count: mutations of our own sources and of packages; --all: every .js and .ts file below a folder, unchanged.
// A finding is printed with what it takes to see it again; exit code 1 when there was one.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { mutate, numbers } from './mutate.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Sources of fewer characters are mutated; small ones let more be tried in the same time. */
    largest: { type: 'string', default: '30000' },
    all: { type: 'string' },
  },
});
/** A file that takes more processor time than this is reported. */
const SLOW_MS = 5_000;
const MAX_CHARACTERS = 400_000;

const { lintText, RULES } = await load();
const rules = Object.fromEntries(Object.keys(RULES).map((name) => [name, 'on']));
const totals = { files: 0, unparsable: 0, findings: 0, failed: 0, slow: 0, maxMs: 0 };

if (values.all) for (const file of sources(values.all)) look(fs.readFileSync(file, 'utf8'), file, file);
else {
  const files = [...sources('src'), ...sources('node_modules')].filter(
    (file) => fs.statSync(file).size < Number(values.largest),
  );
  const random = numbers(Number(values.seed));
  for (let i = 0; i < Number(values.count); i++) {
    const file = files[random(files.length)];
    const other = files[random(files.length)];
    look(
      mutate(fs.readFileSync(file, 'utf8'), fs.readFileSync(other, 'utf8'), random),
      file,
      `${file}, mutation ${i}`,
    );
    if (i % 5_000 === 4_999) console.error(`${i + 1} of ${values.count}`);
  }
}
console.log(JSON.stringify(totals));
process.exitCode = totals.failed + totals.slow > 0 ? 1 : 0;

function look(text, file, label) {
  const start = process.cpuUsage();
  let outcome;
  try {
    outcome = lintText({ text, file, preset: 'strict', rules });
  } catch (error) {
    outcome = { value: [], problems: [{ code: 'thrown', message: String(error?.stack ?? error) }] };
  }
  const used = process.cpuUsage(start);
  const ms = (used.user + used.system) / 1000;
  totals.files++;
  totals.maxMs = Math.max(totals.maxMs, Math.round(ms));
  totals.findings += outcome.value.length;
  for (const { code, message } of outcome.problems) {
    if (code === 'parse-error') totals.unparsable++;
    else {
      totals.failed++;
      keep(text, file, `${label}: ${message}`);
    }
  }
  if (ms > SLOW_MS) {
    totals.slow++;
    keep(text, file, `${label}: ${Math.round(ms)} ms of CPU`);
  }
}

/** The source that failed, so that it can be made a test. */
function keep(text, file, message) {
  const folder = path.join(os.tmpdir(), 'looplens-fuzz');
  fs.mkdirSync(folder, { recursive: true });
  const to = path.join(folder, `${totals.files}${path.extname(file)}`);
  fs.writeFileSync(to, text);
  console.log(`${message}\n  ${to}`);
}

function* sources(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (
      entry.isFile() &&
      /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) &&
      fs.statSync(file).size < MAX_CHARACTERS
    )
      yield file;
  }
}

/** The linter as one bundle: the sources are TypeScript. */
async function load() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-fuzz-'));
  const outfile = path.join(folder, 'lint.cjs');
  await esbuild.build({
    stdin: {
      contents: `export { lintText } from './src/lint/lint-text.ts'; export { RULES } from './src/lint/presets.ts';`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  return (await import(pathToFileURL(outfile).href)).default;
}
