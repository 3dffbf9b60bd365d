import { UserError } from '../base/user-error.ts';
import type { TargetSpec } from '../session/contract.ts';

/** The ways to name a process, as they were given. */
export interface TargetArguments {
  pid?: string;
  inspect?: string;
  /** Operands before `--`. */
  operands: readonly string[];
  /** What stands behind `--`. */
  command: readonly string[] | undefined;
}

/** The command line's TARGET: exactly one of them. */
export function parseTarget({ pid, inspect, operands, command }: TargetArguments, cwd: string): TargetSpec {
  const targets: TargetSpec[] = [];
  if (pid !== undefined) targets.push(parsePid(pid));
  if (inspect !== undefined) targets.push(parseInspect(inspect));
  for (const operand of operands) targets.push(parseOperand(operand));
  if (command) targets.push(parseCommand(command, cwd));
  const [target, second] = targets;
  if (!target)
    throw wrong('Which process is to be recorded?', `Give ${WAYS}; "looplens targets" lists processes.`);
  if (second) throw wrong('Only one process can be recorded at a time.', `Give only one of ${WAYS}.`);
  return target;
}

const WAYS = '--pid N, --inspect [HOST:]PORT, a ws:// address, or -- COMMAND ARG...';

function parsePid(text: string): TargetSpec {
  const pid = Number(text);
  if (!/^\d+$/.test(text) || pid < 1 || pid > 0x7fffffff) {
    throw wrong(`"${text}" is no process id.`, 'See "looplens targets" for the ids.');
  }
  return { kind: 'pid', pid };
}

function parseInspect(text: string): TargetSpec {
  // HOST may be an IPv6 address: in brackets, or bare, when the port is what follows the last colon.
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535) {
    throw wrong(
      `"${text}" is no inspector address.`,
      'Write PORT or HOST:PORT: 9229, 127.0.0.1:9229, [::1]:9229.',
    );
  }
  return { kind: 'inspect', host: host.replace(/^\[(.*)\]$/, '$1'), port };
}

function parseOperand(text: string): TargetSpec {
  if (/^wss?:\/\//i.test(text) && URL.canParse(text)) return { kind: 'ws', url: text };
  throw wrong(`"${text}" is no target.`, `Give ${WAYS}.`);
}

function parseCommand([command, ...args]: readonly string[], cwd: string): TargetSpec {
  if (!command) throw wrong('There is no command after "--".', 'For example: looplens record -- node app.js');
  return { kind: 'command', command, args, cwd };
}

const wrong = (message: string, next: string): UserError => new UserError('usage', message, next);
