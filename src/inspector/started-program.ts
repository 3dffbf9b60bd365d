import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

// What launching for a recording and for the debugger have in common.

/** How long a program that we start may take until its inspector is open, ms. */
export const START_MS = 20_000;
const END_MS = 3000;

/** The line in which Node says where its inspector listens; the first group is the address. */
export const LISTENING = /^Debugger listening on (ws:\/\/\S+)$/;

/** What Node says because of us: not the program's output. */
export const OUR_LINES =
  /^(Debugger listening on ws:|For help, see: https?:\/\/nodejs\.org\/|Debugger attached\.|Debugger ending on ws:|Waiting for the debugger to disconnect)/;

/**
 * Ends a program that was started as a group of its own with everything below it: `npm start` is a chain of processes,
 * of which the last one is the server. Forcibly after 3 s.
 * @param closed resolves when the program and its pipes have ended
 */
export async function endTree(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  signalTree(pid, 'SIGTERM');
  const timer = setTimeout(() => signalTree(pid, 'SIGKILL'), END_MS);
  await closed;
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
