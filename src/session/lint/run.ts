import fs from 'node:fs';
import { createProject } from '../../lint/project/project.ts';
import type { ProjectFacts } from '../../lint/project/reach-facts.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from '../../lint/protocol.ts';
import type { TypedGifts } from '../../lint/types/typed-calls.ts';
import { withTypes } from '../../lint/types/with-types.ts';
import type { Finding } from '../../model/finding.ts';
import type { Outcome, Problem } from '../../model/problem.ts';
import { asset } from '../assets.ts';
import { startTypesClient, type TypesClient } from '../types-client.ts';
import type { LintCache } from './cache.ts';
import { contentHash } from './content-hash.ts';
import { startPool, type LintPool } from './pool.ts';
import { readSource, type ChosenFile } from './source-files.ts';
import { stampOf } from './stamps.ts';

export interface LintRun {
  /** Files to look at. */
  wanted: readonly ChosenFile[];
  /** Other files of the project, which may call them. */
  others: readonly ChosenFile[];
  preset: PresetName;
  rules: Readonly<Record<string, RuleChoice>>;
  cache: LintCache;
  /** True for files of which the findings are wanted, by what the project knows of them; without it all are. */
  isConcerned?: (file: string, facts: ProjectFacts | undefined) => boolean;
  /** `exact`: the type checker is asked about the wanted files. */
  types: 'exact' | 'none';
  signal?: AbortSignal | undefined;
}

/** A file by its content. */
interface Hashed {
  file: string;
  hash: string;
}

/** A file that was read. */
interface Source extends Hashed {
  text: string;
}

/** Findings of files, each seen within its project: what is known from earlier runs is not done again. */
export async function runLint(run: LintRun): Promise<Outcome<Finding[]>> {
  const rules = contentHash(run.preset, JSON.stringify(run.rules), run.types);
  const unread = hashesByStamps(run);
  const remembered = unread && recall(run, rules, unread.wanted, unread.others);
  if (remembered) return gather(remembered, []);

  const problems: Problem[] = [];
  const wanted = await readAll(run.wanted, run, problems);
  const others = await readAll(run.others, run, []);
  const all = [...wanted, ...others];
  const known = recall(run, rules, wanted, others);
  if (known) {
    await run.cache.save((file) => fs.existsSync(file));
    return gather(known, problems);
  }
  const whole = wholeHash(rules, all);
  const pool = startPool(all.length, run.signal);
  const types = run.types === 'exact' ? startTypesClient() : undefined;
  try {
    // The type checker needs no index; it begins at once.
    const asked = types && !run.isConcerned ? giftsOf(wanted, types) : undefined;
    const linked = await learn(all, run, pool);
    const concerned = wanted.filter(({ file }) => run.isConcerned?.(file, linked(file)) ?? true);
    const gifts = types && (await (asked ?? giftsOf(concerned, types)));
    problems.push(...(gifts?.problems ?? []));
    const facts = (file: string): ProjectFacts | undefined => withTypes(linked(file), gifts?.value.get(file));
    const outcomes: Outcome<Finding[]>[] = [];
    const unknown: (Source & { key: string })[] = [];
    for (const source of concerned) {
      const key = contentHash(rules, source.hash, JSON.stringify(facts(source.file) ?? null));
      const outcome = run.cache.outcome(source.file, { file: key });
      if (!outcome) unknown.push({ ...source, key });
      else {
        outcomes.push(outcome);
        run.cache.putOutcome(source.file, { project: whole, file: key }, outcome);
      }
    }
    await pool.each(unknown, async (client, { file, text, key }) => {
      const outcome = await client.lint(file, text, run.preset, { rules: run.rules, project: facts(file) });
      outcomes.push(outcome);
      if (outcome.problems.every(({ code }) => code === 'parse-error'))
        run.cache.putOutcome(file, { project: whole, file: key }, outcome);
    });
    await run.cache.save((file) => fs.existsSync(file));
    return gather(outcomes, problems);
  } finally {
    pool.dispose();
    types?.dispose();
  }
}

/** What the type checker says of files, and each of its problems once. */
async function giftsOf(
  sources: readonly Source[],
  types: TypesClient,
): Promise<Outcome<Map<string, TypedGifts>>> {
  const value = new Map<string, TypedGifts>();
  const problems = new Map<string, Problem>();
  await Promise.all(
    sources.map(async ({ file }) => {
      const answer = await types.gifts(file, undefined);
      if (answer.value) value.set(file, answer.value);
      for (const problem of answer.problems) problems.set(problem.message, problem);
    }),
  );
  if (value.size === 0 && problems.size === 0 && sources.length > 0) {
    const message = 'No tsconfig.json or jsconfig.json has these files: hints are without exact types.';
    return { value, problems: [{ code: 'types-missing', message }] };
  }
  return { value, problems: [...problems.values()] };
}

/** What stands for the whole project as it is. */
const wholeHash = (rules: string, all: readonly Hashed[]): string =>
  contentHash(rules, ...all.map(({ file, hash }) => `${file}\n${hash}`));

/** What was said of every wanted file when the project was as it is; undefined when that is not known of all. */
function recall(
  { cache, isConcerned, types }: LintRun,
  rules: string,
  wanted: readonly Hashed[],
  others: readonly Hashed[],
): Outcome<Finding[]>[] | undefined {
  // Types come from installed packages, too, of which nothing is remembered.
  if (isConcerned || types === 'exact' || wanted.length === 0) return undefined;
  const project = wholeHash(rules, [...wanted, ...others]);
  const known: Outcome<Finding[]>[] = [];
  for (const { file } of wanted) {
    const outcome = cache.outcome(file, { project });
    if (!outcome) return undefined;
    known.push(outcome);
  }
  return known;
}

/** All files by what is remembered of them; undefined when one of them has changed: then all are read. */
function hashesByStamps(run: LintRun): { wanted: Hashed[]; others: Hashed[] } | undefined {
  if (run.isConcerned || run.types === 'exact') return undefined;
  const hashes = (files: readonly ChosenFile[]): Hashed[] | undefined => {
    const known: Hashed[] = [];
    for (const chosen of files) {
      const stamp = stampOf(chosen.file);
      const hash = stamp && run.cache.hash(chosen, stamp);
      if (hash === undefined) return undefined;
      if (hash !== '') known.push({ file: chosen.file, hash });
    }
    return known;
  };
  const wanted = hashes(run.wanted);
  const others = wanted && hashes(run.others);
  return others && { wanted, others };
}

/** Version of what a cache holds: another build knows other rules. */
export function cacheVersion(): string {
  const { size, mtimeMs } = fs.statSync(asset('workers/lint.cjs'));
  return contentHash(`${size} ${mtimeMs}`, RULE_NAMES.join());
}

/** Indexes what is not in the cache, and links all. */
async function learn(
  all: readonly Source[],
  { cache }: LintRun,
  pool: LintPool,
): Promise<(file: string) => ProjectFacts | undefined> {
  const project = createProject();
  const unknown = all.filter(({ file, hash }) => {
    const index = cache.index(file, hash);
    if (index) project.set(file, index);
    return !index;
  });
  await pool.each(unknown, async (client, { file, text, hash }) => {
    const index = await client.index(file, text);
    cache.putIndex(file, hash, index);
    project.set(file, index);
  });
  const memo = new Map<string, ProjectFacts | undefined>();
  return (file) => {
    if (!memo.has(file)) memo.set(file, project.facts(file));
    return memo.get(file);
  };
}

/** Files read at once. */
const PARALLEL_READS = 32;

async function readAll(
  files: readonly ChosenFile[],
  { cache, signal }: LintRun,
  problems: Problem[],
): Promise<Source[]> {
  const read: (Source | undefined)[] = [];
  const pending = files.entries();
  const work = async (): Promise<void> => {
    for (const [at, chosen] of pending) {
      signal?.throwIfAborted();
      const { file, asked } = chosen;
      const stamp = stampOf(file);
      const text = await readSource(file, asked ? 'whatever-it-is' : 'written-by-hand');
      const hash = typeof text === 'string' ? contentHash(text) : '';
      if (typeof text === 'string') read[at] = { file, text, hash };
      else if (text) problems.push(text);
      if (stamp && (text === undefined || typeof text === 'string')) cache.putHash(chosen, stamp, hash);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_READS }, work));
  return read.filter((source) => source !== undefined);
}

function gather(outcomes: readonly Outcome<Finding[]>[], problems: readonly Problem[]): Outcome<Finding[]> {
  return {
    value: outcomes.flatMap(({ value }) => value),
    problems: [...problems, ...outcomes.flatMap((outcome) => outcome.problems)],
  };
}
