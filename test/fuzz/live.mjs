// Types at random into real files, and holds each answer that follows the edits to that of a new start.
//   npm run fuzz:edits -- [--files 200] [--edits 60] [--seed 1] [--minutes 60] [--largest 30000] [--in FOLDER ...]
// A difference is printed with what it takes to see it again; exit code 1 then.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { followEdits } from './live-cases.mjs';
import { numbers } from './mutate.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '200' },
    edits: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    largest: { type: 'string', default: '30000' },
    in: { type: 'string', multiple: true, default: ['src', 'node_modules'] },
  },
});

const lint = await build();
const files = values.in.flatMap((folder) => [...sources(folder)]);
const until = Date.now() + Number(values.minutes) * 60_000;
const totals = { files: 0, edits: 0, parsed: 0, followed: 0, findings: 0, different: 0 };
for (let number = 0; number < Number(values.files) && Date.now() < until; number++) {
  const seed = Number(values.seed) + number;
  const file = files[numbers(seed * 7919)(files.length)];
  const text = fs.readFileSync(file, 'utf8');
  try {
    lint.parseTree(text, file);
  } catch {
    continue;
  }
  totals.files++;
  totals.edits += Number(values.edits);
  try {
    const figures = followEdits(lint, { file, text, seed, edits: Number(values.edits) });
    for (const [name, figure] of Object.entries(figures)) totals[name] += figure;
  } catch (error) {
    totals.different++;
    const kept = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-edits-'));
    for (const [at, one] of (error.texts ?? [text]).entries())
      fs.writeFileSync(path.join(kept, `${at}${path.extname(file)}`), one);
    console.log(`${error.message}\n  texts before and after: ${kept}`);
    console.log(`  npm run fuzz:edits -- --files 1 --edits ${values.edits} --seed ${seed}`);
  }
}
console.log(JSON.stringify(totals));
process.exitCode = totals.different > 0 ? 1 : 0;

function* sources(folder) {
  if (!fs.statSync(folder).isDirectory()) {
    yield folder;
    return;
  }
  for (const entry of fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (/\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) && fs.statSync(file).size < Number(values.largest))
      yield file;
  }
}

/** The linter as one bundle: the sources are TypeScript. */
async function build() {
  const outfile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-fuzz-')), 'lint.cjs');
  await esbuild.build({
    stdin: {
      contents: `export { createLintService } from './src/lint/service.ts';
        export { createLiveTree } from './src/lint/live/live-tree.ts';
        export { parseTree } from './src/lint/source/parse.ts';
        export { nameTable } from './src/lint/source/bindings.ts';`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  const { default: made } = await import(outfile);
  return made;
}
