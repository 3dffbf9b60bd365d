import os from 'node:os';
import path from 'node:path';
import { UserError } from '../base/user-error.ts';
import { joinEvidence } from '../lint/evidence.ts';
import type { PresetName } from '../lint/protocol.ts';
import type { Finding, Report } from '../model/finding.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import { startLintClient, type LintClient } from './lint-client.ts';
import { changedLines, type ChangedLines } from './lint/changed-lines.ts';
import { readLintConfig, type LintConfig } from './lint/config.ts';
import { readSource, sourceFiles } from './lint/source-files.ts';

export interface LintOptions {
  /** Files and folders, relative to `cwd` or absolute. */
  paths: string[];
  cwd: string;
  /** Without it the configuration's, or else `recommended`. */
  preset?: PresetName;
  /** A `looplens.config.json`; without it the one in `cwd`, where there is one. */
  config?: string;
  /** Keeps what stands on lines changed since this git ref. */
  since?: string;
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
  const files = await sourceFiles({ paths: options.paths, cwd, ignore: config.ignore, signal });
  const changed = options.since === undefined ? undefined : await changedLines(options.since, cwd, signal);
  const wanted = changed ? files.filter(({ file }) => changed.has(file)) : files;
  const { value, problems } = await lintFiles(
    wanted,
    options.preset ?? config.preset ?? 'recommended',
    config,
    signal,
  );
  const kept = changed ? value.filter((finding) => isOnChangedLine(finding, changed)) : value;
  const ranked = options.evidence ? joinEvidence(kept, options.evidence.findings) : kept.sort(byPlace);
  return { value: ranked, problems: problems.sort((a, b) => compare(a.message, b.message)) };
}

/** Fewer files than this for each worker do not pay for starting one more. */
const FILES_PER_WORKER = 40;

async function lintFiles(
  files: readonly { file: string; asked: boolean }[],
  preset: PresetName,
  config: LintConfig,
  signal: AbortSignal | undefined,
): Promise<Outcome<Finding[]>> {
  const findings: Finding[] = [];
  const problems: Problem[] = [];
  const pending = files.values();
  const count = Math.min(4, os.availableParallelism(), Math.ceil(files.length / FILES_PER_WORKER));
  const work = async (client: LintClient): Promise<void> => {
    for (const { file, asked } of pending) {
      signal?.throwIfAborted();
      const source = await readSource(file, asked ? 'whatever-it-is' : 'written-by-hand');
      if (typeof source !== 'string') {
        if (source) problems.push(source);
        continue;
      }
      const outcome = await client.lint(file, source, preset, config.rules);
      findings.push(...outcome.value);
      problems.push(...outcome.problems);
    }
  };
  const clients = Array.from({ length: count }, () => startLintClient());
  const stop = (): void => clients.forEach((client) => client.dispose());
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(clients.map(work));
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof UserError
      ? error
      : new Error(`The source could not be checked: ${String(error)}`, { cause: error });
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
  return { value: findings, problems };
}

function isOnChangedLine({ location, endLine }: Finding, changed: ChangedLines): boolean {
  const lines = changed.get(path.normalize(location.file));
  if (lines === undefined || lines === 'all') return lines === 'all';
  return lines.some(([first, last]) => location.line <= last && (endLine ?? location.line) >= first);
}

function byPlace({ location: a, rule }: Finding, { location: b, rule: other }: Finding): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(rule, other);
}

/** Not by locale: the order must be the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
