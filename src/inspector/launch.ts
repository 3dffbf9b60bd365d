import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { HoldingEmitter } from '../base/emitter.ts';
import type { Listen } from '../base/emitter.ts';
import { UserError } from '../base/user-error.ts';
import { watchChildren } from './children.ts';
import type { Children } from './children.ts';
import type { Announcement } from './follow-protocol.ts';
import { requireInspectorAllowed, underPermissions } from './permission.ts';
import { isNodeExecutable } from './processes.ts';
import { endTree, LISTENING, OUR_LINES, START_MS } from './started-program.ts';

/** A program that we started, with the process of it that is recorded first. */
export interface LaunchedProgram {
  first: Announcement;
  /** `first-line`: it waits for a debugger there. `gate`: it waits in our preload. */
  state: 'first-line' | 'gate';
  /** Further Node processes below it. */
  readonly onProcess: Listen<Announcement>;
  /** The workers of this process are followed from now on, and wait for the agent. */
  followWorkersOf(pid: number): Promise<void>;
  /** Lets a process go on without us. */
  letGo(pid: number): Promise<void>;
  /** Processes that start from now on run without us. */
  refuse(): Promise<void>;
  /** The command itself has ended. */
  exited: Promise<void>;
  /** Ends the program and waits for it; harmless when it has ended. */
  end(): Promise<void>;
}

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  cwd: string | undefined;
  /** Absolute path of the script that runs in each Node process below the command, before the program. */
  preload: string;
  /** `none`: only the first process is recorded, and children run without us. */
  follow: 'all' | 'none';
  /** What the program prints. */
  onOutput: (text: string) => void;
}

/**
 * Starts a command so that each Node process below it waits for us before its first line, and resolves with the first
 * one that does more than start others (`npm start`, `tsx`).
 *
 * @throws UserError `unreachable` when the command cannot be started or no Node process comes
 */
export async function launch(options: LaunchOptions): Promise<LaunchedProgram> {
  const { command, args, cwd, onOutput } = options;
  const script = /\.[cm]?[jt]s$/.test(command);
  const direct = script || isNodeExecutable(command);
  // Under the permission model the preload may not be readable, and would end the program.
  const breaking = direct && (options.follow === 'none' || underPermissions(args));
  if (direct) requireInspectorAllowed(args, `"${path.basename(command)}"`);
  const children = breaking
    ? undefined
    : await watchChildren(options.preload, direct ? 'direct' : 'indirect');
  const nodeArgs = breaking ? ['--inspect-brk=127.0.0.1:0'] : [];

  const child = spawn(
    script ? process.execPath : command,
    [...nodeArgs, ...(script ? [command] : []), ...args],
    {
      cwd,
      env: { ...process.env, ...children?.env },
      stdio: ['inherit', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own, so that it can be ended with all of its children. (Ctrl-C then comes to us alone.)
      detached: process.platform !== 'win32',
      // `npm` and its like are scripts on Windows, which only a shell can start.
      shell: process.platform === 'win32' && !direct,
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout.on('data', (data: Buffer) => onOutput(data.toString()));
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      if (!OUR_LINES.test(line)) onOutput(`${line}\n`);
    });
  });
  const end = async (): Promise<void> => {
    await children?.close();
    await endTree(child, closed);
  };

  const further = new HoldingEmitter<Announcement>();
  const found = children
    ? firstOf(children, options.follow, further)
    : listening.then((url) => {
        return { pid: child.pid!, parent: process.pid, url, opened: false, script: '', entry: '' };
      });
  try {
    const first = await Promise.race([found, failure(child, command)]);
    return {
      first,
      state: children ? 'gate' : 'first-line',
      onProcess: further.event,
      followWorkersOf: async (pid) => children?.followWorkersOf(pid),
      letGo: async (pid) => children?.letGo(pid),
      refuse: async () => children?.refuse(),
      exited,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The first process that announces itself; the others go to `further`, unless nobody follows them. */
function firstOf(
  children: Children,
  follow: 'all' | 'none',
  further: HoldingEmitter<Announcement>,
): Promise<Announcement> {
  return new Promise((resolve) => {
    let found = false;
    children.onProcess((announcement) => {
      if (found) further.fire(announcement);
      else resolve(announcement);
      found = true;
      if (follow === 'none') void children.refuse();
    });
  });
}

/** Rejects when the program cannot be started, ends too early, or is no Node program. */
function failure(child: ChildProcess, command: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (message: string, next: string): void => {
      clearTimeout(timer);
      reject(new UserError('unreachable', message, next));
    };
    const timer = setTimeout(() => {
      fail(`"${command}" opened no inspector within ${START_MS / 1000} seconds.`, 'Is it a Node.js program?');
    }, START_MS);
    timer.unref();
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such program' : error.message;
      fail(`"${command}" could not be started: ${reason}.`, 'Check its name, or give the full path.');
    });
    child.once('exit', (code) => {
      fail(
        `"${path.basename(command)}" ended with code ${code ?? 'unknown'} before it could be recorded.`,
        'Its output above says why.',
      );
    });
  });
}
