// A thread of the fuzzer: makes the cases it is given, lints each as a file and as part of a project, and tells what
// went wrong. A case depends on its number and the seed alone.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { mutate, numbers } from './mutate.mjs';

const { bundle, files, seed, lines, asIs, kept, at } = workerData;
/** A case that takes more processor time than this is told, ms. */
const SLOW_MS = 5_000;

const { RULES, collectFacts, createLintService, createProject } = (await import(pathToFileURL(bundle).href))
  .default;
const rules = Object.fromEntries(Object.keys(RULES).map((name) => [name, 'on']));
const texts = new Map();

parentPort.on('message', ({ from, end }) => {
  const figures = { files: 0, unparsable: 0, findings: 0, failed: 0, slow: 0, maxMs: 0 };
  const problems = [];
  for (let number = from; number < end; number++) {
    at[0] = number;
    at[1]++;
    look(number, figures, problems);
  }
  parentPort.postMessage({ figures, problems });
});

function look(number, figures, problems) {
  const { file, text } = asIs ? { file: files[number], text: textOf(number) } : caseOf(number);
  const start = process.threadCpuUsage?.() ?? process.cpuUsage();
  let said;
  try {
    said = everything(path.resolve(file), text);
  } catch (error) {
    said = { value: [], problems: [{ code: 'thrown', message: String(error?.stack ?? error) }] };
  }
  const used = process.threadCpuUsage?.(start) ?? process.cpuUsage(start);
  const ms = Math.round((used.user + used.system) / 1000);
  figures.files++;
  figures.maxMs = Math.max(figures.maxMs, ms);
  figures.findings += said.value.length;
  for (const { code, message } of said.problems) {
    if (code === 'parse-error') figures.unparsable++;
    else {
      figures.failed++;
      problems.push(keep(number, file, text, message));
    }
  }
  if (ms > SLOW_MS) {
    figures.slow++;
    problems.push(keep(number, file, text, `${ms} ms of CPU`));
  }
}

/** As the worker does it: the index, the project's links, the hints, the facts for findings. */
function everything(file, text) {
  const service = createLintService();
  const project = createProject();
  project.set(file, service.index(file, text, 'keep'));
  const outcome = service.lint({ id: 0, kind: 'lint', file, text, preset: 'strict', rules }, project);
  collectFacts(text, file);
  return outcome;
}

function caseOf(number) {
  const random = numbers(Math.imul(number + 1, 2_654_435_761) ^ seed);
  // The first ones are alike for seeds that are alike.
  for (let i = 0; i < 4; i++) random(2);
  const [own, other] = [random(files.length), random(files.length)];
  return {
    file: files[own],
    text: mutate(partOf(textOf(own), random), partOf(textOf(other), random), random),
  };
}

/** A piece that begins at the margin after an empty line or the end of a block: most of them can be parsed. */
function partOf(text, random) {
  const all = text.split('\n');
  if (lines === 0 || all.length <= lines) return text;
  const starts = [0];
  for (let line = 1; line < all.length; line++)
    if (/^[\w/@(]/.test(all[line]) && /^(?:\}.*|.*;|\s*)$/.test(all[line - 1])) starts.push(line);
  const from = starts[random(starts.length)];
  const to = starts.findLast((line) => line > from && line <= from + lines) ?? from + lines;
  return all.slice(from, to).join('\n');
}

function textOf(number) {
  let text = texts.get(number);
  if (text === undefined) {
    text = fs.readFileSync(files[number], 'utf8');
    if (texts.size > 4_000) texts.clear();
    texts.set(number, text);
  }
  return text;
}

/** The source that failed, so that it can be made a test. */
function keep(number, file, text, message) {
  fs.mkdirSync(kept, { recursive: true });
  const to = path.join(kept, `${seed}-${number}${path.extname(file)}`);
  fs.writeFileSync(to, text);
  return `case ${number}, ${file}: ${message}\n  ${to}`;
}
