import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { UserError } from '../base/user-error.ts';

/** What `launch` and `attach` have in common. */
interface CommonConfiguration {
  /** Folder that relative paths start from. */
  cwd: string | undefined;
  stopOnEntry: boolean;
  /** Globs of code that stepping passes by; `<node_internals>/**` is Node's own. */
  skipFiles: string[];
  /** Steps on by itself through code that no source map covers. */
  smartStep: boolean;
  sourceMaps: boolean;
  /** When suspended tasks are read by themselves. */
  showTasks: 'onPause' | 'always' | 'onDemand';
  /** Whether the program remembers where its async functions are called. */
  rememberCalls: boolean;
  /** Another debugger is attached to the same process. */
  besideDebugger: boolean;
}

export interface LaunchConfiguration extends CommonConfiguration {
  request: 'launch';
  program: string | undefined;
  args: string[];
  env: Record<string, string | null>;
  runtimeExecutable: string;
  runtimeArgs: string[];
  console: 'internalConsole' | 'integratedTerminal' | 'externalTerminal';
  noDebug: boolean;
  /** Node processes below the program are debugged, too. */
  autoAttachChildProcesses: boolean;
}

export interface AttachConfiguration extends CommonConfiguration {
  request: 'attach';
  /** How to find the process. */
  target:
    | { kind: 'pid'; pid: number }
    | { kind: 'port'; host: string; port: number }
    | { kind: 'url'; url: string };
}

export type Configuration = LaunchConfiguration | AttachConfiguration;

const CONSOLES = ['internalConsole', 'integratedTerminal', 'externalTerminal'] as const;
const SHOW_TASKS = ['onPause', 'always', 'onDemand'] as const;
const LOCAL = '127.0.0.1';

/** @throws UserError `usage`: a setting is missing or of a wrong kind */
export function readLaunch(raw: Record<string, unknown>): LaunchConfiguration {
  const program = optionalString(raw, 'program');
  const runtimeExecutable = optionalString(raw, 'runtimeExecutable');
  if (program === undefined && runtimeExecutable === undefined) {
    throw wrong('"program" is missing', 'Give the script to run, as "program": "${file}" does.');
  }
  return {
    request: 'launch',
    ...common(raw),
    rememberCalls: raw['rememberCalls'] !== false,
    program,
    args: strings(raw, 'args'),
    env: { ...fileEnvironment(raw), ...environment(raw['env']) },
    runtimeExecutable: runtimeExecutable ?? 'node',
    runtimeArgs: strings(raw, 'runtimeArgs'),
    console: oneOf(raw, 'console', CONSOLES),
    noDebug: raw['noDebug'] === true,
    autoAttachChildProcesses: raw['autoAttachChildProcesses'] !== false,
  };
}

/** @throws UserError `usage`: it does not say which process, or a setting is of a wrong kind */
export function readAttach(raw: Record<string, unknown>): AttachConfiguration {
  const rememberCalls = raw['rememberCalls'] === true;
  return { request: 'attach', ...common(raw), rememberCalls, target: target(raw) };
}

function target(raw: Record<string, unknown>): AttachConfiguration['target'] {
  const url = optionalString(raw, 'websocketAddress');
  if (url !== undefined) {
    if (!/^wss?:\/\//.test(url))
      throw wrong('"websocketAddress" is not a ws:// address', 'Take the one that Node prints.');
    return { kind: 'url', url };
  }
  if (raw['processId'] !== undefined && raw['processId'] !== '') {
    return { kind: 'pid', pid: integer(raw, 'processId', 1, 2 ** 31) };
  }
  if (raw['port'] !== undefined) {
    const host = optionalString(raw, 'host') ?? optionalString(raw, 'address') ?? LOCAL;
    return { kind: 'port', host, port: integer(raw, 'port', 1, 65_535) };
  }
  throw wrong('it is not said what to attach to', 'Give "processId", "port" or "websocketAddress".');
}

function common(raw: Record<string, unknown>): Omit<CommonConfiguration, 'rememberCalls'> {
  return {
    cwd: optionalString(raw, 'cwd'),
    stopOnEntry: raw['stopOnEntry'] === true,
    skipFiles: raw['skipFiles'] === undefined ? ['<node_internals>/**'] : strings(raw, 'skipFiles'),
    smartStep: raw['smartStep'] !== false,
    sourceMaps: raw['sourceMaps'] !== false,
    showTasks: oneOf(raw, 'showTasks', SHOW_TASKS),
    besideDebugger: raw['besideDebugger'] === true,
  };
}

function optionalString(raw: Record<string, unknown>, name: string): string | undefined {
  const value = raw[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(`"${name}" is not a string`, `Correct "${name}".`);
  return value;
}

function strings(raw: Record<string, unknown>, name: string): string[] {
  const value = raw[name] ?? [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
    throw wrong(`"${name}" is not a list of strings`, `Write it as "${name}": ["...", "..."].`);
  }
  return value as string[];
}

/** The variables of `envFile`, or of several of them; later ones win. */
function fileEnvironment(raw: Record<string, unknown>): Record<string, string> {
  const value = raw['envFile'];
  const files = Array.isArray(value)
    ? strings(raw, 'envFile')
    : [optionalString(raw, 'envFile') ?? []].flat();
  const cwd = optionalString(raw, 'cwd') ?? '.';
  const read = files.map((file) => {
    try {
      return parseEnv(fs.readFileSync(path.resolve(cwd, file), 'utf8')) as Record<string, string>;
    } catch {
      throw wrong(`the file "${file}" of "envFile" cannot be read`, 'Correct "envFile".');
    }
  });
  return Object.assign({}, ...read) as Record<string, string>;
}

function environment(value: unknown): Record<string, string | null> {
  const entries = Object.entries(value ?? {}) as [string, unknown][];
  if (typeof (value ?? {}) !== 'object' || entries.some(([, v]) => typeof v !== 'string' && v !== null)) {
    throw wrong('"env" is not a table of strings', 'Write it as "env": { "NAME": "value" }.');
  }
  return Object.fromEntries(entries) as Record<string, string | null>;
}

function integer(raw: Record<string, unknown>, name: string, from: number, to: number): number {
  const value = Number(raw[name]);
  if (!Number.isInteger(value) || value < from || value > to) {
    throw wrong(`"${name}" is not a number from ${from} to ${to}`, `Correct "${name}".`);
  }
  return value;
}

function oneOf<T extends string>(
  raw: Record<string, unknown>,
  name: string,
  values: readonly [T, ...T[]],
): T {
  const value = raw[name] ?? values[0];
  const found = values.find((word) => word === value);
  if (found === undefined) throw wrong(`"${name}" is none of ${values.join(', ')}`, `Correct "${name}".`);
  return found;
}

function wrong(what: string, next: string): UserError {
  return new UserError('usage', `The debug configuration cannot be used: ${what}.`, next);
}
