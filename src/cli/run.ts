import { Command, CommanderError } from 'commander';
import { describeError, UserError } from '../base/user-error.ts';
import { clean } from '../report/clean.ts';
import { addAnalyze } from './commands/analyze.ts';
import { addCompare } from './commands/compare.ts';
import { addExport } from './commands/export.ts';
import { addLint } from './commands/lint.ts';
import { addRecord } from './commands/record.ts';
import { addCommonOptions } from './commands/shared.ts';
import { addTargets } from './commands/targets.ts';
import { addTasks } from './commands/tasks.ts';
import { Exit, EXIT_OF } from './exit.ts';
import type { Face } from './face.ts';
import type { Jobs } from './jobs.ts';

/**
 * Runs one command line. Never rejects: what goes wrong is printed.
 * @param argv the arguments, without the program
 * @returns the exit code
 */
export async function run(argv: readonly string[], face: Face, jobs: Jobs): Promise<number> {
  const { own, command } = splitCommand(argv);
  const answer = { code: Exit.Done as number };
  const program = new Command('looplens')
    .description(
      'What blocks the event loop of a Node.js process, and what it waits for: measured, at the line.',
    )
    .version(LOOPLENS_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', EXAMPLES);
  const shared = { program, face, jobs, command, answer };
  addTargets(shared);
  addRecord(shared);
  addTasks(shared);
  addAnalyze(shared);
  addCompare(shared);
  addLint(shared);
  addExport(shared);
  program.commands.forEach(addCommonOptions);
  for (const each of [program, ...program.commands]) prepare(each, face);
  try {
    await program.parseAsync(own, { from: 'user' });
    return answer.code;
  } catch (error) {
    return report(error, own, face);
  }
}

const EXAMPLES = `
Examples:
  looplens targets                               list the processes that can be recorded
  looplens tasks --pid 4242                      what every suspended async function waits for
  looplens record --pid 4242 --duration 10s      record a running process
  looplens record -- node server.js              start a program and record it until it ends or Ctrl-C
  looplens analyze shop.looplens --format json   the findings of a recording
  looplens compare old.looplens new.looplens     what got better or worse
  looplens lint src --evidence shop.looplens     hints in the source, ranked by what was measured

Exit codes: 0 done, 1 a finding reached --fail-on, 2 wrong usage, 3 process not reachable, 4 damaged file, 5 internal error.`;

/** Words behind the first `--` belong to the program to start, whatever they look like. */
function splitCommand(argv: readonly string[]): { own: string[]; command: string[] | undefined } {
  const at = argv.indexOf('--');
  return at < 0
    ? { own: [...argv], command: undefined }
    : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}

function prepare(command: Command, face: Face): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => face.stdout.write(text),
      writeErr: (text) => face.stderr.write(text),
      // What is wrong is told once, by `report`.
      outputError: () => undefined,
      getOutHelpWidth: () => face.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => face.stderr.columns ?? HELP_WIDTH,
    });
}

const HELP_WIDTH = 110;

function report(error: unknown, argv: readonly string[], face: Face): number {
  if (error instanceof CommanderError) {
    // Help and version were asked for and printed; help without a command was not.
    if (error.exitCode === 0) return Exit.Done;
    if (error.code !== 'commander.help') face.stderr.write(`${usageSentence(error)}\n`);
    return Exit.Usage;
  }
  const verbose = argv.includes('--verbose');
  const stack = error instanceof Error && verbose ? `\n${error.stack ?? ''}` : '';
  if (error instanceof UserError) {
    face.stderr.write(`${clean(describeError(error))}${stack}\n`);
    return EXIT_OF[error.code];
  }
  const advice = verbose ? '' : ' Run it again with --verbose for the details.';
  face.stderr.write(`Internal error: ${clean(describeError(error))}${advice}${stack}\n`);
  return Exit.Internal;
}

/** Commander's `error: unknown option '--x'\n(Did you mean --y?)` as sentences with advice. */
function usageSentence({ message }: CommanderError): string {
  const [first = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/\.?$/, '.');
  const hint = hints.map((line) => line.replace(/^\((.*)\)$/, '$1')).join(' ');
  return clean([sentence, hint, 'See "looplens --help".'].filter(Boolean).join(' '));
}
