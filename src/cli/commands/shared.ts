import { Option, type Command } from 'commander';
import type { Log } from '../../base/log.ts';
import { UserError } from '../../base/user-error.ts';
import { clean } from '../../report/clean.ts';
import { FAIL_LEVELS, type FailLevel } from '../exit.ts';
import type { Face } from '../face.ts';
import type { Jobs } from '../jobs.ts';
import type { Loudness } from '../progress.ts';

/** What a command is made with. */
export interface CommandParts {
  program: Command;
  face: Face;
  jobs: Jobs;
  /** Words behind `--`. */
  command: readonly string[] | undefined;
  /** Where a command puts its exit code. */
  answer: { code: number };
}

/** Options that all commands have. */
export interface CommonOptions {
  quiet?: true;
  verbose?: true;
}

/** Adds {@link CommonOptions}, below a command's own. */
export function addCommonOptions(command: Command): void {
  command
    .option('-q, --quiet', 'no progress and notes on stderr')
    .option('--verbose', 'say what is being done, and print stacks of errors');
}

/** `--format`, of which the first is the default. */
export function formatOption(formats: readonly [string, ...string[]]): Option {
  return new Option('-f, --format <format>', 'how to print the answer').choices(formats).default(formats[0]);
}

/** `--fail-on`. */
export function failOnOption(): Option {
  return new Option('--fail-on <level>', 'exit with 1 when a finding is at least this severe').choices(
    FAIL_LEVELS,
  );
}

/** The value of {@link failOnOption}. */
export interface FailOnOptions {
  failOn?: FailLevel;
}

export const loudnessOf = ({ quiet }: CommonOptions): Loudness => (quiet ? 'quiet' : 'normal');

/** The log of a job on stderr: warnings, and with `--verbose` all of it. `write` keeps other lines intact. */
export function logOf({ quiet, verbose }: CommonOptions, write: (text: string) => void): Log {
  const line = (wanted: boolean) => (message: string) => {
    if (wanted) write(`${clean(message)}\n`);
  };
  const some = verbose === true;
  return { debug: line(some), info: line(some), warn: line(some || !quiet) };
}

/** Refuses words behind `--` for commands that start no program. */
export function refuseCommand({ command }: CommandParts, name: string): void {
  if (!command) return;
  throw new UserError(
    'usage',
    `"looplens ${name}" starts no program.`,
    'Leave out "--" and what follows it.',
  );
}
