import path from 'node:path';
import { Option } from 'commander';
import { UserError } from '../../base/user-error.ts';
import type { RecordingMode } from '../../model/note.ts';
import type { RecordOptions, RecordResult, TargetSpec } from '../../session/contract.ts';
import type { Delivery } from '../../session/otlp-sender.ts';
import type { Trigger } from '../../recorder/triggers.ts';
import { parseDuration } from '../duration.ts';
import { parseMapRoot } from '../map-root.ts';
import type { MapRoot } from '../map-root.ts';
import { parseShare } from '../share.ts';
import { exitOf } from '../exit.ts';
import type { Face } from '../face.ts';
import { ProgressLine } from '../progress.ts';
import { parseTarget } from '../target-argument.ts';
import { parseTriggers } from '../triggers.ts';
import { formatReport, type ReportFormat } from './analyze.ts';
import {
  failOnOption,
  formatOption,
  logOf,
  loudnessOf,
  type CommandParts,
  type CommonOptions,
  type FailOnOptions,
} from './shared.ts';

interface RecordCommandOptions extends CommonOptions, FailOnOptions {
  pid?: string;
  inspect?: string;
  duration?: number;
  out?: string;
  format: ReportFormat;
  mode: RecordingMode;
  budget?: number;
  mapRoot: MapRoot[];
  follow: boolean;
  profileWorkers?: true;
  otlp?: string;
  keep?: number;
  until?: Trigger[];
  reconnect?: true;
}

/** `looplens record TARGET` */
export function addRecord({ program, face, jobs, command, answer }: CommandParts): void {
  program
    .command('record')
    .description('record a process and print the findings')
    .usage('TARGET [options]')
    .argument('[address...]', 'a ws:// address of an inspector')
    .option('--pid <n>', 'a running process; see "looplens targets"')
    .option('--inspect <[host:]port>', 'a process whose inspector listens there')
    .option(
      '-d, --duration <time>',
      'how long: 500ms, 10s, 1.5m; default: until it exits or Ctrl-C',
      parseDuration,
    )
    .option('-o, --out <file>', 'where to keep the recording; default: the folder for temporary files')
    .addOption(
      new Option('--mode <mode>', 'how much is recorded')
        .choices(['watch', 'flow', 'deep'] satisfies RecordingMode[])
        .default('flow'),
    )
    .option(
      '--budget <share>',
      "most of a main thread's time that recording may take; default: 10%",
      parseShare,
    )
    .option(
      '--map-root <from=to>',
      'a folder of the program and where it lies here: /app=. ; may be repeated',
      (text: string, before: MapRoot[]) => [...before, parseMapRoot(text)],
      [],
    )
    .option('--no-follow', 'only the main thread: no workers, no child processes')
    .option('--profile-workers', "CPU profiles of workers, too; V8's profiler can crash a process there")
    .option('--keep <time>', 'keep only the last seconds, in memory, and save them at the end', parseDuration)
    .option(
      '--until <triggers>',
      'save them when this happens: delay:200ms, rejection, or both',
      parseTriggers,
    )
    .addOption(formatOption(['text', 'json', 'markdown']))
    .addOption(failOnOption())
    .option('--reconnect', 'go on with the next process at the same inspector address, up to 30 s later')
    .option('--otlp <url>', 'send spans, loop metrics and findings to an OpenTelemetry collector meanwhile')
    .addHelpText('after', HELP)
    .action(async (operands: string[], options: RecordCommandOptions) => {
      const target = parseTarget({ pid: options.pid, inspect: options.inspect, operands, command }, face.cwd);
      const out = path.resolve(face.cwd, options.out ?? temporaryName(target, face));
      const line = new ProgressLine(face.stderr, loudnessOf(options));
      const log = logOf(options, (text) => line.around(text));
      const stop = new AbortController();
      const forget = face.onInterrupt(() => stop.abort());
      try {
        const otlp =
          options.otlp === undefined ? undefined : await jobs.openOtlpStream(options.otlp, { log });
        const result = await jobs.record(target, {
          out,
          ...(otlp && { tap: otlp.tap }),
          signal: stop.signal,
          log,
          onProgress: (progress) => line.update(progress, options.duration),
          onOutput: (text) => line.around(text),
          mode: options.mode,
          ...(options.budget !== undefined && { budget: options.budget }),
          mapRoots: options.mapRoot.map(({ from, to }) => ({ from, to: path.resolve(face.cwd, to) })),
          follow: options.follow ? 'all' : 'none',
          profileWorkers: options.profileWorkers ? 'on' : 'off',
          ...(options.duration !== undefined && { durationMs: options.duration }),
          ...flightOf(options),
          ...(options.reconnect && { reconnect: 'on' }),
        });
        line.clear();
        // What is left is short and changes nothing: Ctrl-C may end it at once.
        forget();
        refuseEmpty(result);
        if (!options.quiet) face.stderr.write(`${whereItIs(result, face)}\n\n`);
        const outcome = await jobs.analyzeFile(result.file, { log });
        face.stdout.write(formatReport(outcome, options.format, face));
        if (otlp) tellDelivery(await otlp.finish(outcome.value), options, face);
        answer.code = exitOf(outcome.value.findings, outcome.problems, options.failOn);
      } finally {
        line.clear();
        forget();
      }
    });
}

const KEEP_MS = 30_000;

function flightOf({ keep, until }: RecordCommandOptions): Pick<RecordOptions, 'flight'> {
  if (keep === undefined && until === undefined) return {};
  return { flight: { keepMs: keep ?? KEEP_MS, until: until ?? [] } };
}

function tellDelivery({ sent, dropped }: Delivery, { quiet }: CommonOptions, face: Face): void {
  if (!quiet) face.stderr.write(`Sent ${sent} items to the collector, ${dropped} were dropped.\n`);
}

const HELP = `
TARGET is one of
  --pid N                   a running process; its inspector is opened and closed again
  --inspect [HOST:]PORT     a process that was started with --inspect
  ws://HOST:PORT/ID         the address that such a process printed
  -- COMMAND ARG...         a program to start

Worker threads and child processes are recorded with it, unless --no-follow is given. Of a running process those children
are that have an inspector port of their own.

--mode watch records loop delay, stalls and a CPU profile; flow also the whole async graph; deep also more
stacks. Recording does with less by itself where it would take more than --budget, and says so.

The recording ends after --duration, when the process exits, or at Ctrl-C, and keeps what it has.

A flight recording (--keep, --until) holds the last 30 s, or what --keep says, in memory. It is saved, with 2 s more, when the
event loop is later than --until delay:TIME or nobody handles a rejection, and however else the recording ends.

With --reconnect, a process at an inspector address that ends is waited for: the next one there goes on in the same recording. The
processes of a command are followed through restarts (node --watch) anyway.

Examples:
  looplens record --pid 4242 --duration 10s
  looplens record --inspect 9229 --out shop.looplens
  looplens record --duration 30s --format json --fail-on error -- node server.js --port 3000
  looplens record --pid 4242 --keep 30s --until delay:200ms,rejection
  looplens record --otlp http://127.0.0.1:4318 -- node server.js`;

function temporaryName(target: TargetSpec, face: Face): string {
  const time = face
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:]/g, '')
    .replace('T', '-');
  return path.join(face.temporaryFolder, `looplens-${nameOf(target)}-${time}.looplens`);
}

const MAX_NAME = 40;

function nameOf(target: TargetSpec): string {
  switch (target.kind) {
    case 'pid':
      return `pid-${target.pid}`;
    case 'inspect':
      return `port-${target.port}`;
    case 'ws':
      return `port-${new URL(target.url).port}`;
    case 'command': {
      const script = target.args.find((arg) => !arg.startsWith('-')) ?? target.command;
      return (
        path
          .parse(script)
          .name.replace(/[^\w.-]/g, '')
          .slice(0, MAX_NAME) || 'command'
      );
    }
  }
}

function refuseEmpty({ trailer }: RecordResult): void {
  if (trailer.events > 0 || (trailer.ended !== 'connection-lost' && trailer.ended !== 'target-exited'))
    return;
  throw new UserError(
    'unreachable',
    'The process was gone before anything was recorded.',
    'Check that it runs long enough, and try again.',
  );
}

const ENDINGS: Record<RecordResult['trailer']['ended'], string> = {
  duration: 'Recorded',
  stopped: 'Stopped and recorded',
  'target-exited': 'The process exited; recorded',
  'connection-lost': 'The connection was lost; recorded',
};

function whereItIs({ file, trailer }: RecordResult, face: Face): string {
  const relative = path.relative(face.cwd, file);
  const shown = relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
  const seconds = (trailer.durationUs / 1e6).toFixed(1);
  const flight = trailer.problems.some(({ code }) => code === 'flight-recording');
  return `${flight ? 'Saved the last' : ENDINGS[trailer.ended]} ${seconds} s to ${file}\nShow it again: looplens analyze ${quoted(shown)}`;
}

/** As a shell takes it for one word. */
const quoted = (word: string): string => (/^[\w./:\\=@+-]+$/.test(word) ? word : `"${word}"`);
