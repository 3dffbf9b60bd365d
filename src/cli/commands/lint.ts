import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Finding } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { githubAnnotations } from '../../report/github.ts';
import { hintsJson } from '../../report/json.ts';
import { hintsMarkdown } from '../../report/markdown.ts';
import { sarif } from '../../report/sarif.ts';
import { hintsText } from '../../report/text.ts';
import { Exit, exitOf } from '../exit.ts';
import type { Face } from '../face.ts';
import {
  failOnOption,
  formatOption,
  logOf,
  type CommandParts,
  type CommonOptions,
  type FailOnOptions,
} from './shared.ts';

type LintFormat = 'text' | 'json' | 'sarif' | 'github' | 'markdown';

interface LintCommandOptions extends CommonOptions, FailOnOptions {
  format: LintFormat;
  preset?: 'recommended' | 'strict';
  config?: string;
  since?: string;
  staged?: true;
  evidence?: string;
  types?: true;
  /** False for `--no-cache`. */
  cache: boolean;
  cacheDir?: string;
  maxWarnings?: number;
}

/** `looplens lint [PATH...]` */
export function addLint({ program, face, jobs, command, answer }: CommandParts): void {
  program
    .command('lint')
    .description('print hints about asynchronous code, found in the source')
    .argument('[path...]', 'files and folders; default: this folder')
    .addOption(
      new Option(
        '-p, --preset <preset>',
        '"recommended" is quiet and precise, "strict" has every rule',
      ).choices(['recommended', 'strict']),
    )
    .option(
      '-c, --config <file>',
      'a looplens.config.json, .js, .mjs or .ts; default: the one in this folder, where there is one',
    )
    .addOption(
      new Option('--since <ref>', 'only what lines changed since this git ref say or lead to').conflicts(
        'staged',
      ),
    )
    .option('--staged', 'only what lines staged in git say or lead to')
    .option(
      '-e, --evidence <file>',
      'a recording: hints at lines that it measured come first, with the figures',
    )
    .option(
      '--types',
      "ask the project's own TypeScript what is a promise: exact, and takes as long as its type check",
    )
    .addOption(formatOption(['text', 'json', 'sarif', 'github', 'markdown']))
    .addOption(failOnOption())
    .addOption(
      new Option(
        '--max-warnings <n>',
        'exit with 1 when there are more findings than this, mere hints not counted',
      ).argParser(countOf),
    )
    .option('--no-cache', 'look at every file anew')
    .option('--cache-dir <folder>', 'where to keep what is known; default: node_modules/.cache/looplens')
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: LintCommandOptions) => {
      const { config, evidence: file, format } = options;
      const log = logOf(options, (text) => face.stderr.write(text));
      const evidence =
        file === undefined ? undefined : await jobs.analyzeFile(path.resolve(face.cwd, file), { log });
      const all = [...paths, ...(command ?? [])];
      const hints = await jobs.lintPaths({
        paths: all.length > 0 ? all : ['.'],
        cwd: face.cwd,
        ...(options.preset !== undefined && { preset: options.preset }),
        ...(config !== undefined && { config: path.resolve(face.cwd, config) }),
        ...(options.since !== undefined && { change: { kind: 'since' as const, ref: options.since } }),
        ...(options.staged && { change: { kind: 'staged' as const } }),
        ...(options.types && { types: 'exact' as const }),
        cache: options.cache ? cacheOf(options.cacheDir, face.cwd) : 'off',
        ...(evidence && { evidence: evidence.value }),
      });
      const outcome = { value: hints.value, problems: [...(evidence?.problems ?? []), ...hints.problems] };
      face.stdout.write(formatHints(outcome, format, face));
      if (format === 'github' && !options.quiet)
        for (const { message } of outcome.problems) log.warn(`Note: ${message}`);
      answer.code = exitOf(outcome.value, outcome.problems, options.failOn);
      if (answer.code === Exit.Done && tooMany(outcome.value, options.maxWarnings))
        answer.code = Exit.FindingReached;
    });
}

const cacheOf = (folder: string | undefined, cwd: string) =>
  folder === undefined ? {} : { folder: path.resolve(cwd, folder) };

function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number, such as 0.');
  return Number(text);
}

const tooMany = (findings: readonly Finding[], most: number | undefined): boolean =>
  most !== undefined && findings.filter(({ severity }) => severity !== 'hint').length > most;

function formatHints({ value, problems }: Outcome<Finding[]>, format: LintFormat, face: Face): string {
  switch (format) {
    case 'json':
      return hintsJson(value, problems, face.cwd);
    case 'sarif':
      return sarif(value, problems, { cwd: face.cwd, version: LOOPLENS_VERSION });
    case 'github':
      return githubAnnotations(value, face.cwd);
    case 'markdown':
      return hintsMarkdown(value, problems, face.cwd);
    case 'text':
      return hintsText(value, problems, { cwd: face.cwd, colour: face.colour });
  }
}

const HELP = `
Examples:
  looplens lint
  looplens lint src server.ts --preset strict
  looplens lint src --since origin/main --format github --fail-on warning
  looplens lint --staged --max-warnings 0
  looplens lint src --evidence shop.looplens
  looplens lint --format sarif > looplens.sarif`;
