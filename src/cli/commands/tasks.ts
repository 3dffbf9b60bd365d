import { aliveJson, aliveText } from '../../report/alive.ts';
import { tasksJson } from '../../report/tasks-json.ts';
import { stuckText, tasksText } from '../../report/tasks-text.ts';
import { ms } from '../../report/words.ts';
import { UserError } from '../../base/user-error.ts';
import type { PauseEstimate } from '../../session/tasks.ts';
import { stuckAt } from '../../tasks/verdict.ts';
import { parseDuration } from '../duration.ts';
import type { Face } from '../face.ts';
import { TasksLine } from '../tasks-line.ts';
import { parseTarget } from '../target-argument.ts';
import { formatOption, loudnessOf, type CommandParts, type CommonOptions } from './shared.ts';

interface TasksCommandOptions extends CommonOptions {
  pid?: string;
  inspect?: string;
  quick?: true;
  at?: SourceLine;
  alive?: true;
  yes?: true;
  settle?: number;
  format: 'text' | 'json';
}

/** `looplens tasks TARGET` */
export function addTasks({ program, face, jobs, command }: CommandParts): void {
  program
    .command('tasks')
    .description('print every suspended async function, and what it waits for')
    .usage('TARGET [options]')
    .argument('[address...]', 'a ws:// address of an inspector')
    .option('--pid <n>', 'a running process; see "looplens targets"')
    .option('--inspect <[host:]port>', 'a process whose inspector listens there')
    .option('--quick', 'without a heap snapshot: exact lines, approximate counts, not what they wait for')
    .option('--at <file:line>', 'why the tasks at this line do not go on', parseLine)
    .option('--alive', 'instead: what keeps the process alive (timers, sockets, servers ...)')
    .option('-y, --yes', 'hold the process for the snapshot of a large heap without asking')
    .option('--settle <time>', 'how long a started program runs first; default: 1s', parseDuration)
    .addOption(formatOption(['text', 'json']))
    .addHelpText('after', HELP)
    .action(async (operands: string[], options: TasksCommandOptions) => {
      const target = parseTarget({ pid: options.pid, inspect: options.inspect, operands, command }, face.cwd);
      const { at, format, alive, quick, settle: settleMs } = options;
      if (alive && (at || quick)) {
        throw new UserError(
          'usage',
          '--alive is another question than --at and --quick.',
          'Ask them one by one.',
        );
      }
      const line = new TasksLine(face.stderr, loudnessOf(options));
      const stop = new AbortController();
      const forget = face.onInterrupt(() => stop.abort());
      const text = { cwd: face.cwd, colour: face.colour };
      try {
        const common = {
          signal: stop.signal,
          onOutput: (output: string) => line.around(output),
          ...(settleMs !== undefined && { settleMs }),
        };
        if (alive) {
          const { value, problems } = await jobs.alive(target, common);
          face.stdout.write(
            format === 'json' ? aliveJson(value, problems, face.cwd) : aliveText(value, problems, text),
          );
          return;
        }
        const { value, problems } = await jobs.tasks(target, {
          ...common,
          depth: quick ? 'quick' : 'full',
          onProgress: (progress) => line.update(progress),
          ...(!options.yes && {
            mayPause: (estimate) => {
              line.clear();
              return mayPause(face, estimate, stop.signal);
            },
          }),
        });
        line.clear();
        const verdict = at && stuckAt(value, at.file, at.line);
        if (format === 'json') face.stdout.write(tasksJson(value, problems, face.cwd, verdict));
        else if (verdict) face.stdout.write(stuckText(value, verdict, problems, text));
        else face.stdout.write(tasksText(value, problems, text));
      } finally {
        line.clear();
        forget();
      }
    });
}

interface SourceLine {
  /** A path, or the end of one. */
  file: string;
  line: number;
}

function parseLine(text: string): SourceLine {
  const [, file, line] = /^(.+?):(\d+)(?::\d+)?$/.exec(text) ?? [];
  if (file === undefined || !(Number(line) > 0)) {
    throw new UserError('usage', `"${text}" is no line of a file.`, 'Write it as --at src/db.js:30.');
  }
  return { file, line: Number(line) };
}

const HELP = `
TARGET is one of
  --pid N                   a running process; its inspector is opened and closed again
  --inspect [HOST:]PORT     a process that was started with --inspect
  ws://HOST:PORT/ID         the address that such a process printed
  -- COMMAND ARG...         a program to start, look into after --settle, and end

The process is held while its heap is written out, about a second for 10 MB; --quick holds it for a garbage collection.

Examples:
  looplens tasks --pid 4242
  looplens tasks --pid 4242 --quick
  looplens tasks --pid 4242 --at src/db.js:30
  looplens tasks --pid 4242 --alive
  looplens tasks --inspect 9229 --yes --format json`;

/** Asks on a terminal; elsewhere nobody could answer. */
async function mayPause(
  face: Face,
  { heapMB, pauseMs }: PauseEstimate,
  signal: AbortSignal,
): Promise<boolean> {
  const what = `The heap has ${heapMB} MB: its snapshot will hold the process for about ${ms(pauseMs)}.`;
  if (face.ask) return face.ask(`${what} Go on? [y/N] `, signal);
  throw new UserError('usage', what, 'Allow it with --yes, or ask without a snapshot with --quick.');
}
