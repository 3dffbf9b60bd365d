import path from 'node:path';
import { clean, escapeJson } from '../../report/clean.ts';
import { counted } from '../../report/words.ts';
import type { TargetListing } from '../../session/contract.ts';
import { formatOption, refuseCommand, type CommandParts } from './shared.ts';

/** `looplens targets` */
export function addTargets(parts: CommandParts): void {
  const { program, face, jobs } = parts;
  program
    .command('targets')
    .description('list the Node.js processes of this user that can be recorded')
    .addOption(formatOption(['text', 'json']))
    .addHelpText('after', HELP)
    .action(async ({ format }: { format: 'text' | 'json' }) => {
      refuseCommand(parts, 'targets');
      const targets = await jobs.listTargets('threads');
      face.stdout.write(format === 'json' ? json(targets) : text(targets));
    });
}

const HELP = `
"inspectable" processes already listen for an inspector; "activatable" ones are opened for the time of a recording.

Example:
  looplens targets --format json`;

function json(targets: readonly TargetListing[]): string {
  return `${escapeJson(JSON.stringify({ version: 1, targets }, undefined, 2))}\n`;
}

function text(targets: readonly TargetListing[]): string {
  if (targets.length === 0) {
    return 'No Node.js process of this user can be recorded. Start one with: looplens record -- node app.js\n';
  }
  const rows = targets.map((target) => [
    String(target.pid),
    target.state,
    target.port === undefined ? '-' : String(target.port),
    target.node ?? '-',
    program(target),
  ]);
  return table([['PID', 'STATE', 'PORT', 'NODE', 'PROGRAM'], ...rows]);
}

/** What a person knows the process by: its script, else its command line; with its workers. */
function program({ script, cwd, commandLine, workers }: TargetListing): string {
  const below =
    script !== '' && cwd !== undefined && path.isAbsolute(script) ? path.relative(cwd, script) : script;
  const inFolder = cwd === undefined ? '' : `  (in ${cwd})`;
  const name = script === '' ? commandLine.slice(0, MAX_COMMAND_LINE) : `${below}${inFolder}`;
  return workers.length > 0 ? `${name}, ${counted(workers.length, 'worker')}` : name;
}

const MAX_COMMAND_LINE = 80;

/** Columns as wide as their widest cell; columns without any value are left out. */
function table(rows: string[][]): string {
  const [head = [], ...body] = rows;
  const used = head.flatMap((_, column) => (body.some((row) => row[column] !== '-') ? [column] : []));
  const width = (column: number): number => Math.max(...rows.map((row) => clean(row[column] ?? '').length));
  const widths = new Map(used.map((column) => [column, width(column)]));
  const line = (row: string[]): string =>
    used
      .map((column) => clean(row[column] ?? '').padEnd(widths.get(column) ?? 0))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
