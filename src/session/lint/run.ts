import fs from 'node:fs';
import { createProject } from '../../lint/project/project.ts';
import type { ProjectFacts } from '../../lint/project/reach-facts.ts';
import { RULE_NAMES, type PresetName, type RuleChoice } from '../../lint/protocol.ts';
import type { Finding } from '../../model/finding.ts';
import type { Outcome, Problem } from '../../model/problem.ts';
import { asset } from '../assets.ts';
import type { LintCache } from './cache.ts';
import { contentHash } from './content-hash.ts';
import { startPool, type LintPool } from './pool.ts';
import { readSource, type ChosenFile } from './source-files.ts';

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
  signal?: AbortSignal | undefined;
}

/** A file that was read. */
interface Source {
  file: string;
  text: string;
  hash: string;
}

/** Findings of files, each seen within its project: what is known from earlier runs is not done again. */
export async function runLint(run: LintRun): Promise<Outcome<Finding[]>> {
  const problems: Problem[] = [];
  const wanted = await readAll(run.wanted, problems, run.signal);
  const others = await readAll(run.others, [], run.signal);
  const all = [...wanted, ...others];
  const rules = contentHash(run.preset, JSON.stringify(run.rules));
  const whole = contentHash(rules, ...all.map(({ file, hash }) => `${file}\n${hash}`));
  const known = run.isConcerned ? [] : wanted.map(({ file }) => run.cache.outcome(file, { project: whole }));
  if (known.length > 0 && known.every((outcome) => outcome !== undefined)) return gather(known, problems);

  const pool = startPool(all.length, run.signal);
  try {
    const facts = await learn(all, run, pool);
    const outcomes: Outcome<Finding[]>[] = [];
    const concerned = wanted.filter(({ file }) => run.isConcerned?.(file, facts(file)) ?? true);
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
      const outcome = await client.lint(file, text, run.preset, run.rules, facts(file));
      outcomes.push(outcome);
      if (outcome.problems.every(({ code }) => code === 'parse-error'))
        run.cache.putOutcome(file, { project: whole, file: key }, outcome);
    });
    await run.cache.save((file) => fs.existsSync(file));
    return gather(outcomes, problems);
  } finally {
    pool.dispose();
  }
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
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<Source[]> {
  const read: (Source | undefined)[] = [];
  const pending = files.entries();
  const work = async (): Promise<void> => {
    for (const [at, { file, asked }] of pending) {
      signal?.throwIfAborted();
      const text = await readSource(file, asked ? 'whatever-it-is' : 'written-by-hand');
      if (typeof text === 'string') read[at] = { file, text, hash: contentHash(text) };
      else if (text) problems.push(text);
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
