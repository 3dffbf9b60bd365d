import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { UserError } from '../base/user-error.ts';
import { isNodeExecutable } from './processes.ts';

/** A program that we started with its inspector open. */
export interface LaunchedProgram {
  webSocketUrl: string;
  /** It waits for us before its first line: `Runtime.runIfWaitingForDebugger` lets it go. */
  waiting: boolean;
  exited: Promise<void>;
  /** Ends the program and waits for it; harmless when it has ended. */
  end(): Promise<void>;
}

const START_MS = 20_000;
const END_MS = 3000;
const LISTENING = /^Debugger listening on (ws:\/\/\S+)$/;
/** What Node says because of us: not the program's output. */
const OUR_LINES =
  /^(Debugger listening on ws:|For help, see: https?:\/\/nodejs\.org\/|Debugger attached\.|Debugger ending on ws:|Waiting for the debugger to disconnect)/;

/**
 * Starts a command with the inspector on a free port. A script or `node ...` waits before its first line, so that
 * nothing is missed; another program (`npm start`, `tsx`) passes the option on to the Node processes below it, and
 * the first one that is no package manager is taken.
 *
 * @param onOutput what the program prints
 * @throws UserError `unreachable` when the command cannot be started or opens no inspector
 */
export async function launch(
  command: string,
  args: readonly string[],
  cwd: string | undefined,
  onOutput: (text: string) => void,
): Promise<LaunchedProgram> {
  const script = /\.[cm]?[jt]s$/.test(command);
  const direct = script || isNodeExecutable(command);
  const program = script ? process.execPath : command;
  const programArgs = direct
    ? ['--inspect-brk=127.0.0.1:0', ...(script ? [command] : []), ...args]
    : [...args];
  const env = { ...process.env };
  if (!direct) env['NODE_OPTIONS'] = `${env['NODE_OPTIONS'] ?? ''} --inspect=127.0.0.1:0`.trim();

  const child = spawn(program, programArgs, {
    cwd,
    env,
    stdio: ['inherit', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that it can be ended with all of its children. (Ctrl-C then comes to us alone.)
    detached: process.platform !== 'win32',
    // `npm` and its like are scripts on Windows, which only a shell can start.
    shell: process.platform === 'win32' && !direct,
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout.on('data', (data: Buffer) => onOutput(data.toString()));
  try {
    const webSocketUrl = await inspectorUrl(child, child.stderr, command, direct, onOutput);
    return { webSocketUrl, waiting: direct, exited, end: () => end(child, exited) };
  } catch (error) {
    await end(child, exited);
    throw error;
  }
}

function inspectorUrl(
  child: ChildProcess,
  stderr: Readable,
  command: string,
  direct: boolean,
  onOutput: (text: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, next: string): void => reject(new UserError('unreachable', message, next));
    const timer = setTimeout(() => {
      fail(`"${command}" opened no inspector within ${START_MS / 1000} seconds.`, 'Is it a Node.js program?');
    }, START_MS);
    let last: NodeJS.Timeout | undefined;
    const take = (url: string): void => {
      clearTimeout(timer);
      clearTimeout(last);
      resolve(url);
    };
    createInterface({ input: stderr }).on('line', (line) => {
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) {
        if (direct) take(url);
        else {
          // Package managers come first; the program is the last one to appear.
          clearTimeout(last);
          last = setTimeout(() => take(url), 1500);
        }
      }
      if (!OUR_LINES.test(line)) onOutput(`${line}\n`);
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      fail(`"${command}" could not be started: ${reason}.`, 'Check its name, or give the full path.');
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      clearTimeout(last);
      fail(
        `"${path.basename(command)}" ended with code ${code ?? 'unknown'} before it could be recorded.`,
        'Its output above says why.',
      );
    });
  });
}

/** Ends the program with everything below it: `npm start` is a chain of processes, of which the last one is the server. */
async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  signalTree(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalTree(child.pid!, 'SIGKILL'), END_MS);
  await exited;
  clearTimeout(timer);
}

function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    );
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}
