import fs from 'node:fs';
import path from 'node:path';
import { joinEvidence, unnamedHotLines, type LinesOf } from '../lint/evidence.ts';
import { quietAside } from '../lint/side-files.ts';
import type { ProjectFacts } from '../lint/project/reach-facts.ts';
import type { PresetName } from '../lint/protocol.ts';
import type { Finding, Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import { cacheFolder, cacheVersion, NO_CACHE, openCache, type LintCache } from './lint/cache.ts';
import { changedLines, type Change, type ChangedLines } from './lint/changed-lines.ts';
import { readLintConfig, type LintConfig } from './lint/config.ts';
import { projectRoot } from './lint/project-root.ts';
import { followRenames } from './lint/renames.ts';
import { runLint } from './lint/run.ts';
import { sourceFiles, type ChosenFile } from './lint/source-files.ts';
import { splitLines } from './sources.ts';

/** Whether earlier runs are remembered, and where; without a folder in the usual one. */
export type CacheChoice = 'off' | { folder?: string };

export interface LintOptions {
  /** Files and folders, relative to `cwd` or absolute. */
  paths: string[];
  cwd: string;
  /** Without it the configuration's, or else `recommended`. */
  preset?: PresetName;
  /** A `looplens.config.*`; without it the one in `cwd`, where there is one. */
  config?: string;
  /** Keeps what stands on changed lines, and what is reached through one. */
  change?: Change;
  /** Default: on. */
  cache?: CacheChoice;
  /** Whether the type checker of the project is asked what is a promise. Default: none. */
  types?: 'exact' | 'none';
  /** Ranks by what was measured. */
  evidence?: Report;
  signal?: AbortSignal;
}

/**
 * Hints about source files, in worker threads. Ordered by rank when there is evidence, else by file and line: the same
 * input gives the same order.
 *
 * @throws UserError `usage` for a path that does not exist, a bad ref, a bad configuration
 * @throws the signal's reason once it is aborted
 */
export async function lintPaths(options: LintOptions): Promise<Outcome<Finding[]>> {
  const { cwd, signal } = options;
  const config = await readLintConfig(options.config, cwd);
  const wanted = await sourceFiles({ paths: options.paths, cwd, ignore: config.ignore, signal });
  const changed = options.change && (await changedLines(options.change, cwd, signal));
  const roots = await rootsOf(wanted);
  // `lint .` at the root of a project has asked for all of it.
  const asked = options.paths.some((one) => path.resolve(cwd, one) === cwd) ? cwd : undefined;
  const partial = roots.filter((root) => root !== asked);
  const others = await othersOf(wanted, partial, config, signal);
  const { value, problems } = await runLint({
    wanted,
    others,
    preset: options.preset ?? config.preset ?? 'recommended',
    rules: config.rules,
    types: options.types ?? 'none',
    cache: await cacheFor(options.cache ?? {}, roots[0] ?? cwd),
    ...(changed ? { isConcerned: (file, facts) => changed.has(file) || passesThrough(facts, changed) } : {}),
    signal,
  });
  const quiet = value.flatMap((finding) =>
    quietAside([finding], relativeTo(roots, cwd, finding.location.file)),
  );
  const kept = changed ? quiet.filter((finding) => isOfChange(finding, changed)) : quiet;
  const ranked = options.evidence
    ? withEvidence(
        kept,
        await followRenames(options.evidence.findings, cwd, signal),
        new Set(wanted.map(({ file }) => file)),
      )
    : kept.sort(byPlace);
  return { value: ranked, problems: problems.sort((a, b) => compare(a.message, b.message)) };
}

/** Larger projects are looked at file by file. */
const MAX_FILES = 20_000;

async function rootsOf(wanted: readonly ChosenFile[]): Promise<string[]> {
  const folders = new Set(wanted.map(({ file }) => path.dirname(file)));
  const roots = new Set<string>();
  for (const folder of folders) {
    if ([...roots].some((root) => isBelow(folder, root))) continue;
    const root = await projectRoot(folder);
    if (root !== undefined) roots.add(root);
  }
  return [...roots].sort();
}

const isBelow = (file: string, folder: string): boolean => {
  const relative = path.relative(folder, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
};

async function othersOf(
  wanted: readonly ChosenFile[],
  roots: string[],
  { ignore }: LintConfig,
  signal: AbortSignal | undefined,
): Promise<ChosenFile[]> {
  const known = new Set(wanted.map(({ file }) => file));
  const found: ChosenFile[] = [];
  for (const root of roots) found.push(...(await sourceFiles({ paths: [root], cwd: root, ignore, signal })));
  const others = found.filter(({ file }) => !known.has(file));
  return others.length > MAX_FILES ? [] : others;
}

async function cacheFor(choice: CacheChoice, root: string): Promise<LintCache> {
  if (choice === 'off') return NO_CACHE;
  return openCache(choice.folder ?? (await cacheFolder(root)), cacheVersion());
}

function withEvidence(
  hints: readonly Finding[],
  measured: readonly Finding[],
  wanted: ReadonlySet<string>,
): Finding[] {
  const linesOf = readLines(wanted);
  const joined = joinEvidence(hints, measured, linesOf);
  const hot = unnamedHotLines(joined, measured, (file) => wanted.has(file), linesOf);
  const first = joined.filter(({ confidence }) => confidence === 'measured');
  const cost = ({ evidence }: Finding): number => evidence?.totalMs ?? 0;
  return [
    ...[...first, ...hot].sort((a, b) => cost(b) - cost(a)),
    ...joined.filter(({ confidence }) => confidence !== 'measured'),
  ];
}

/** Lines of files that were linted, each read once. */
function readLines(wanted: ReadonlySet<string>): LinesOf {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, wanted.has(file) ? linesIn(file) : undefined);
    return known.get(file);
  };
}

function linesIn(file: string): readonly string[] | undefined {
  try {
    return splitLines(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function relativeTo(roots: readonly string[], cwd: string, file: string): string {
  const root = roots.find((one) => isBelow(file, one)) ?? cwd;
  return path.relative(root, file);
}

/** On a changed line, or reached through one: a handler that was changed to call what blocks. */
function isOfChange(finding: Finding, changed: ChangedLines): boolean {
  const { location, endLine, chain } = finding;
  return (
    isChanged(changed, location.file, location.line, endLine) ||
    chain.some(({ file, line }) => file !== undefined && line !== undefined && isChanged(changed, file, line))
  );
}

function passesThrough(facts: ProjectFacts | undefined, changed: ChangedLines): boolean {
  return Object.values(facts?.reach ?? {}).some(
    (reach) =>
      reach.level === 'served' &&
      reach.chain.some(
        ({ file, line }) => file !== undefined && line !== undefined && isChanged(changed, file, line),
      ),
  );
}

function isChanged(changed: ChangedLines, file: string, line: number, endLine = line): boolean {
  const lines = changed.get(path.normalize(file));
  if (lines === undefined || lines === 'all') return lines === 'all';
  return lines.some(([first, last]) => line <= last && endLine >= first);
}

function byPlace({ location: a, rule }: Finding, { location: b, rule: other }: Finding): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(rule, other);
}

/** Not by locale: the order must be the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
