import path from 'node:path';
import type { ProjectFacts } from '../../lint/project/reach-facts.ts';
import type { PresetName, RuleChoice } from '../../lint/protocol.ts';
import type { Finding } from '../../model/finding.ts';
import type { Outcome, Problem } from '../../model/problem.ts';
import type { LintCache } from './cache.ts';
import { contentHash } from './content-hash.ts';
import type { ChosenFile } from './source-files.ts';
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
export interface Hashed {
  file: string;
  hash: string;
}

/** What stands for the whole project as it is. */
export const wholeHash = (rules: string, all: readonly Hashed[]): string =>
  contentHash(rules, stampsOfSettings(all), ...all.map(({ file, hash }) => `${file}\n${hash}`));

/** What decides where names of modules lead, beside the files themselves: in their folders and those around them. */
const SETTINGS = ['package.json', 'tsconfig.json', 'jsconfig.json'];

function stampsOfSettings(all: readonly Hashed[]): string {
  const folders = new Set<string>();
  for (const { file } of all) {
    for (let folder = path.dirname(file); !folders.has(folder); folder = path.dirname(folder))
      folders.add(folder);
  }
  const found = [...folders].flatMap((folder) =>
    SETTINGS.flatMap((name) => {
      const file = path.join(folder, name);
      const stamp = stampOf(file);
      return stamp ? [`${file} ${stamp.join(' ')}`] : [];
    }),
  );
  return found.join('\n');
}

/**
 * What was said of every wanted file when the project was as it is; undefined when that is not known of all.
 * @param project its {@link wholeHash}
 */
export function recall(
  { cache, isConcerned, types }: LintRun,
  project: string,
  wanted: readonly Hashed[],
): Outcome<Finding[]>[] | undefined {
  // Types come from installed packages, too, of which nothing is remembered.
  if (isConcerned || types === 'exact' || wanted.length === 0) return undefined;
  const known: Outcome<Finding[]>[] = [];
  for (const { file } of wanted) {
    const outcome = cache.outcome(file, { project });
    if (!outcome) return undefined;
    known.push(outcome);
  }
  return known;
}

/** All files by what is remembered of them; undefined when one of them has changed: then all are read. */
export function hashesByStamps(run: LintRun): { wanted: Hashed[]; others: Hashed[] } | undefined {
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

/** Outcomes of files as one. */
export function gather(
  outcomes: readonly Outcome<Finding[]>[],
  problems: readonly Problem[],
): Outcome<Finding[]> {
  return {
    value: outcomes.flatMap(({ value }) => value),
    problems: [...problems, ...outcomes.flatMap((outcome) => outcome.problems)],
  };
}
