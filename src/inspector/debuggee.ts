import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../base/user-error.ts';
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
  onOutput: (text: string, stream: 'stdout' | 'stderr') => void;
}

/** A program that waits for its debugger before its first line. */
export interface Debuggee {
  webSocketUrl: string;
  /** Of the process that we started; undefined when a terminal did. */
  pid: number | undefined;
  /** Exit code; undefined when a signal ended it or nobody can tell. */
  exited: Promise<number | undefined>;
  /** Ends it with everything below it; harmless when it has ended. */
  end(): Promise<void>;
}

/**
 * Starts a program with its inspector open on a free port; it waits for `Runtime.runIfWaitingForDebugger`.
 * @throws UserError `unreachable`: the runtime cannot be started or opens no inspector; `usage`: no such script
 */
export async function startDebuggee(options: DebuggeeOptions): Promise<Debuggee> {
  const { command, args, env } = commandOf(options, '127.0.0.1:0');
  requireFiles(options);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that it can be ended with all of its children.
    detached: process.platform !== 'win32',
    // `npm` and its like are scripts on Windows, which only a shell can start.
    shell: process.platform === 'win32' && !isNodeExecutable(command),
  });
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => resolve(code ?? undefined));
    child.once('error', () => resolve(undefined));
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => options.onOutput(text, 'stdout'));
  const end = (): Promise<void> => endTree(child, exited);
  try {
    const webSocketUrl = await inspectorUrl(child, child.stderr, options);
    return { webSocketUrl, pid: child.pid, exited, end };
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
  /** Resolves when its inspector answers. @throws UserError `unreachable` when it does not within 20 s */
  connected(): Promise<{ webSocketUrl: string }>;
}

/** The same program as a command line that opens its inspector on a port which is free now. */
export async function debuggeeCommand(options: Omit<DebuggeeOptions, 'onOutput'>): Promise<TerminalCommand> {
  requireFiles(options);
  const port = await freePort();
  const { command, args, env } = commandOf(options, `127.0.0.1:${port}`);
  return {
    cwd: options.cwd ?? process.cwd(),
    argv: [command, ...args],
    env,
    connected: async () => {
      for (const end = Date.now() + START_MS; Date.now() < end;) {
        const endpoint = await probeEndpoint('127.0.0.1', port);
        if (endpoint) return endpoint;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return requireEndpoint('127.0.0.1', port);
    },
  };
}

function commandOf(
  options: Omit<DebuggeeOptions, 'onOutput'>,
  inspector: string,
): { command: string; args: string[]; env: Record<string, string | null> } {
  const { runtimeExecutable, runtimeArgs, program, args } = options;
  const script = [...(program === undefined ? [] : [program]), ...args];
  const command =
    runtimeExecutable === 'node' && isNodeExecutable(process.execPath) ? 'node' : runtimeExecutable;
  if (isNodeExecutable(runtimeExecutable)) {
    return {
      command,
      args: [...runtimeArgs, `--inspect-brk=${inspector}`, ...script],
      env: { ...options.env },
    };
  }
  // `npm`, `tsx` and the like hand the option on to the Node processes below them.
  const before = options.env['NODE_OPTIONS'] ?? process.env['NODE_OPTIONS'] ?? '';
  return {
    command,
    args: [...runtimeArgs, ...script],
    env: { ...options.env, NODE_OPTIONS: `${before} --inspect-brk=${inspector}`.trim() },
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

function inspectorUrl(
  child: ChildProcess,
  stderr: NodeJS.ReadableStream,
  { onOutput, runtimeExecutable, program }: DebuggeeOptions,
): Promise<string> {
  const name = program ?? runtimeExecutable;
  return new Promise((resolve, reject) => {
    const fail = (message: string, next: string): void => {
      clearTimeout(timer);
      reject(new UserError('unreachable', message, next));
    };
    const timer = setTimeout(() => {
      fail(
        `"${name}" opened no inspector within ${START_MS / 1000} seconds.`,
        'Is its runtime Node.js 18 or newer?',
      );
    }, START_MS);
    createInterface({ input: stderr }).on('line', (line) => {
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) {
        clearTimeout(timer);
        resolve(url);
      }
      if (!OUR_LINES.test(line)) onOutput(`${line}\n`, 'stderr');
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      fail(
        `The runtime "${runtimeExecutable}" could not be started: ${reason}.`,
        'Correct "runtimeExecutable".',
      );
    });
    child.once('exit', (code) => {
      fail(
        `"${name}" ended with code ${code ?? 'unknown'} before it could be debugged.`,
        'Its output says why.',
      );
    });
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
