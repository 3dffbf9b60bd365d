import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { HoldingEmitter } from '../base/emitter.ts';
import type { Listen } from '../base/emitter.ts';
import { UserError } from '../base/user-error.ts';
import { watchChildren } from './children.ts';
import type { Children } from './children.ts';
import { requireEndpoint, probeEndpoint } from './endpoint.ts';
import { isNodeExecutable } from './processes.ts';
import { endTree, LISTENING, OUR_LINES, START_MS } from './started-program.ts';

/** What to start for debugging. */
export interface DebuggeeOptions {
  /** The script; absent for a runtime that knows by itself what to run. */
  program?: string;
  args: readonly string[];
  cwd?: string;
  /** Added to our own environment; null takes a variable away. */
  env: Readonly<Record<string, string | null>>;
  /** `node` by default; another Node binary, or a program that starts Node: `npm`, `tsx`. */
  runtimeExecutable: string;
  runtimeArgs: readonly string[];
  /** Absolute path of the script that makes further Node processes announce themselves; see `children.ts`. */
  preload: string;
  /** `none`: processes below the first run without a debugger. */
  children: 'followed' | 'none';
  onOutput: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** A Node process below a command that we started; it waits some seconds for its debugger before its first line. */
export interface DebuggeeChild {
  webSocketUrl: string;
  pid: number;
  script: string;
  /** File that it begins with, absolute; '' where it has none. */
  entry: string;
  /** Lets it begin. */
  letGo(): Promise<void>;
}

/** A program that waits for its debugger before its first line. */
export interface Debuggee {
  webSocketUrl: string;
  /** Where the program waits: at its first line, or before it until `letGo`. */
  letGo: (() => Promise<void>) | undefined;
  /** File that it begins with, absolute; '' where it waits at its first line, or has none. */
  entry: string;
  /** Further Node processes below it. */
  onChild: Listen<DebuggeeChild>;
  /** Of the process that we started; undefined when a terminal did. */
  pid: number | undefined;
  /** Exit code; undefined when a signal ended it or nobody can tell. */
  exited: Promise<number | undefined>;
  /** Processes that start from now on run without us. */
  leave(): Promise<void>;
  /** Ends it with everything below it; harmless when it has ended. */
  end(): Promise<void>;
}

/**
 * Starts a program with its inspector open on a free port; it waits for `Runtime.runIfWaitingForDebugger`, or for `letGo`
 * where the command is none of Node and starts it (`npm`, `tsx`).
 * @throws UserError `unreachable`: the runtime cannot be started or opens no inspector; `usage`: no such script
 */
export async function startDebuggee(options: DebuggeeOptions): Promise<Debuggee> {
  requireFiles(options);
  const direct = isNodeExecutable(options.runtimeExecutable);
  const family = await watchFamily(options, direct);
  const { command, args } = commandOf(options, direct ? '127.0.0.1:0' : undefined);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...environment(options, family) } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that it can be ended with all of its children.
    detached: process.platform !== 'win32',
    // `npm` and its like are scripts on Windows, which only a shell can start.
    shell: process.platform === 'win32' && !direct,
  });
  // It waits at its first line: not before it, too.
  if (direct && child.pid !== undefined) await family?.children.letGo(child.pid);
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => resolve(code ?? undefined));
    child.once('error', () => resolve(undefined));
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => options.onOutput(text, 'stdout'));
  const listening = inspectorLine(child.stderr, options);
  const leave = async (): Promise<void> => family?.children.close();
  void exited.then(leave);
  const end = async (): Promise<void> => {
    await leave();
    await endTree(child, exited);
  };
  try {
    const failed = failure(child, options);
    if (direct || !family) {
      const webSocketUrl = await Promise.race([listening, failed]);
      return {
        webSocketUrl,
        letGo: undefined,
        entry: '',
        onChild: family?.onChild ?? NOBODY,
        pid: child.pid,
        exited,
        leave,
        end,
      };
    }
    const first = await Promise.race([family.first, failed]);
    return { ...first, onChild: family.onChild, exited, leave, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A command line for somebody else to run: a terminal. */
export interface TerminalCommand {
  cwd: string;
  argv: string[];
  env: Record<string, string | null>;
  /** Further Node processes below it. */
  onChild: Listen<DebuggeeChild>;
  /** Resolves when its inspector answers. @throws UserError `unreachable` when it does not within 20 s */
  connected(): Promise<Pick<Debuggee, 'webSocketUrl' | 'letGo' | 'entry'>>;
  /** Processes that start from now on run without a debugger. */
  leave(): Promise<void>;
}

/** The same program as a command line that opens its inspector on a port which is free now. */
export async function debuggeeCommand(options: Omit<DebuggeeOptions, 'onOutput'>): Promise<TerminalCommand> {
  requireFiles(options);
  const direct = isNodeExecutable(options.runtimeExecutable);
  const family = await watchFamily(options, direct);
  const port = direct ? await freePort() : 0;
  const { command, args } = commandOf(options, direct ? `127.0.0.1:${port}` : undefined);
  const connected = async (): Promise<Pick<Debuggee, 'webSocketUrl' | 'letGo' | 'entry'>> => {
    for (const end = Date.now() + START_MS; Date.now() < end;) {
      const endpoint = await probeEndpoint('127.0.0.1', port);
      if (endpoint) return { webSocketUrl: endpoint.webSocketUrl, letGo: undefined, entry: '' };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { webSocketUrl } = await requireEndpoint('127.0.0.1', port);
    return { webSocketUrl, letGo: undefined, entry: '' };
  };
  return {
    cwd: options.cwd ?? process.cwd(),
    argv: [command, ...args],
    env: environment(options, family),
    onChild: family?.onChild ?? NOBODY,
    connected: direct || !family ? connected : () => Promise.race([family.first, tooLate(options)]),
    leave: async () => family?.children.close(),
  };
}

const NOBODY: Listen<DebuggeeChild> = () => ({ dispose: () => undefined });

/** The processes of a program, as they announce themselves. */
interface Family {
  children: Children;
  /** The first one that does more than start others. */
  first: Promise<DebuggeeChild & { letGo: () => Promise<void> }>;
  onChild: Listen<DebuggeeChild>;
}

async function watchFamily(
  { preload, children: wanted, runtimeArgs }: Omit<DebuggeeOptions, 'onOutput'>,
  direct: boolean,
): Promise<Family | undefined> {
  // Under the permission model the preload may not be readable, and would end the program.
  const limited = runtimeArgs.some((arg) => /^--(experimental-)?permission$/.test(arg));
  if (direct && (wanted === 'none' || limited)) return undefined;
  const children = await watchChildren(preload, 'indirect');
  const further = new HoldingEmitter<DebuggeeChild>();
  let found = direct;
  const first = new Promise<DebuggeeChild>((resolve) => {
    children.onProcess(({ pid, url, script, entry }) => {
      const child = { webSocketUrl: url, pid, script, entry, letGo: () => children.letGo(pid) };
      if (found) further.fire(child);
      else resolve(child);
      found = true;
      if (wanted === 'none') void children.refuse();
    });
  });
  return { children, first, onChild: further.event };
}

function environment(
  { env }: Omit<DebuggeeOptions, 'onOutput'>,
  family: Family | undefined,
): Record<string, string | null> {
  if (!family) return { ...env };
  const options = [family.children.env['NODE_OPTIONS'], env['NODE_OPTIONS']];
  return {
    ...env,
    ...family.children.env,
    NODE_OPTIONS: options.filter((option) => option !== undefined && option !== null).join(' '),
  };
}

/** @param inspector address for Node's own option; undefined for what is not Node itself */
function commandOf(
  { runtimeExecutable, runtimeArgs, program, args }: Omit<DebuggeeOptions, 'onOutput'>,
  inspector: string | undefined,
): { command: string; args: string[] } {
  // The environment has Node keep its address for itself, the command line has the last word.
  const brk =
    inspector === undefined ? [] : [`--inspect-brk=${inspector}`, '--inspect-publish-uid=stderr,http'];
  return {
    command: runtimeExecutable,
    args: [...runtimeArgs, ...brk, ...(program === undefined ? [] : [program]), ...args],
  };
}

function requireFiles({ program, cwd }: Omit<DebuggeeOptions, 'onOutput'>): void {
  if (program !== undefined) {
    const file = path.resolve(cwd ?? process.cwd(), program);
    // Node itself finds `server` as `server.js`, and a folder by its `index.js`.
    if (![file, `${file}.js`, `${file}.cjs`, `${file}.mjs`].some((name) => fs.existsSync(name))) {
      throw new UserError(
        'usage',
        `The program "${program}" does not exist.`,
        'Correct "program" in the launch configuration.',
      );
    }
  }
  if (cwd !== undefined && !fs.existsSync(cwd)) {
    throw new UserError('usage', `The working folder "${cwd}" does not exist.`, 'Correct "cwd".');
  }
}

/** Passes on what the program says on stderr, and resolves with the address that Node says there. */
function inspectorLine(
  stderr: NodeJS.ReadableStream,
  { onOutput }: Pick<DebuggeeOptions, 'onOutput'>,
): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stderr }).on('line', (line) => {
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      if (!OUR_LINES.test(line)) onOutput(`${line}\n`, 'stderr');
    });
  });
}

/** Rejects when the program cannot be started, ends too early, or opens no inspector. */
function failure(child: ChildProcess, options: DebuggeeOptions): Promise<never> {
  const { runtimeExecutable } = options;
  const name = options.program ?? runtimeExecutable;
  return new Promise((_resolve, reject) => {
    tooLate(options).catch(reject);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      reject(
        new UserError(
          'unreachable',
          `The runtime "${runtimeExecutable}" could not be started: ${reason}.`,
          'Correct "runtimeExecutable".',
        ),
      );
    });
    child.once('exit', (code) => {
      reject(
        new UserError(
          'unreachable',
          `"${name}" ended with code ${code ?? 'unknown'} before it could be debugged.`,
          'Its output says why.',
        ),
      );
    });
  });
}

function tooLate({ program, runtimeExecutable }: Omit<DebuggeeOptions, 'onOutput'>): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      const said = `"${program ?? runtimeExecutable}" opened no inspector within ${START_MS / 1000} seconds.`;
      reject(new UserError('unreachable', said, 'Does it start Node.js 18 or newer?'));
    }, START_MS).unref();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
