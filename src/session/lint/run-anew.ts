import fs from 'node:fs';
import { createProject } from '../../lint/project/project.ts';
import type { ProjectFacts } from '../../lint/project/reach-facts.ts';
import type { JudgedRegexp, RegexpText } from '../../lint/regexps/verdict.ts';
import type { TypedGifts } from '../../lint/types/typed-calls.ts';
import { withTypes } from '../../lint/types/with-types.ts';
import type { Finding } from '../../model/finding.ts';
import type { Outcome, Problem } from '../../model/problem.ts';
import type { LintClient } from '../lint-client.ts';
import { startTypesClient, type TypesClient } from '../types-client.ts';
import type { KnownOutcome } from './cache.ts';
import { compileLater } from './compile-later.ts';
import { contentHash } from './content-hash.ts';
import { judgeRegexps } from './judge-regexps.ts';
import { startPool, type LintPool } from './pool.ts';
import { gather, recall, wholeHash, type Hashed, type LintRun } from './recall.ts';
import { readSource, type ChosenFile } from './source-files.ts';
import { stampOf } from './stamps.ts';

/** A file that was read. */
interface Source extends Hashed {
  text: string;
}

/** A file of which nothing is remembered. */
interface Asked extends Source {
  /** What its findings depend on. */
  key: string;
}

/** A file whose findings depend on verdicts of the full check of regular expressions. */
interface Suspected extends Asked {
  texts: readonly RegexpText[];
  /** What was said of it before, when there was a verdict on each. */
  known?: KnownOutcome;
}

/**
 * Findings of files, each seen within its project. What is known from earlier runs is not done again.
 * @param rules what stands for the rules
 */
export async function lintAnew(run: LintRun, rules: string): Promise<Outcome<Finding[]>> {
  const problems: Problem[] = [];
  const wanted = await readAll(run.wanted, run, problems);
  const others = await readAll(run.others, run, []);
  const all = [...wanted, ...others];
  const whole = wholeHash(rules, all);
  const known = recall(run, whole, wanted);
  if (known) {
    await run.cache.save((file) => fs.existsSync(file));
    return gather(known, problems);
  }
  compileLater();
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
    const settle = ({ file, key }: Asked, outcome: KnownOutcome): void => {
      outcomes.push(outcome);
      if (outcome.problems.every(({ code }) => code === 'parse-error'))
        run.cache.putOutcome(file, { project: whole, file: key }, outcome);
    };
    const unknown: Asked[] = [];
    const suspected: Suspected[] = [];
    for (const source of concerned) {
      const key = contentHash(rules, source.hash, JSON.stringify(facts(source.file) ?? null));
      const known = run.cache.outcome(source.file, { file: key });
      if (!known) unknown.push({ ...source, key });
      else if (known.judged) suspected.push({ ...source, key, texts: known.judged, known });
      else settle({ ...source, key }, known);
    }
    const lint = (client: LintClient, { file, text }: Source, verdicts: readonly JudgedRegexp[]) =>
      client.lint(file, text, run.preset, { rules: run.rules, project: facts(file), verdicts });
    await pool.each(unknown, async (client, source) => {
      const { unchecked, ...outcome } = await lint(client, source, []);
      if (unchecked.length === 0) settle(source, outcome);
      else suspected.push({ ...source, texts: unchecked });
    });
    if (suspected.length > 0) {
      const judgement = await judgeRegexps(
        suspected.flatMap(({ texts }) => texts),
        run.cache.verdicts,
        run.signal,
      );
      problems.push(...judgement.problems);
      await pool.each(suspected, async (client, { texts, known, ...source }) => {
        if (known && judgement.isWhole) {
          settle(source, known);
          return;
        }
        const { value, problems: own } = await lint(client, source, judgement.on(texts));
        if (judgement.isWhole) settle(source, { value, problems: own, judged: texts });
        else outcomes.push({ value, problems: own });
      });
    }
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
