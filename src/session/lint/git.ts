import { execFile } from 'node:child_process';

/** What git answered. Not `ok`: git is missing, the folder is in no work tree, or git refused. */
export interface GitAnswer {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/** Runs git in a folder. Never throws but for an aborted signal. */
export function git(cwd: string, args: readonly string[], signal?: AbortSignal): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: MAX_OUTPUT, windowsHide: true, ...(signal ? { signal } : {}) };
    execFile(
      'git',
      ['-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', ...args],
      options,
      (error, stdout, stderr) => {
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve({ ok: !error, stdout, stderr });
      },
    );
  });
}

/** Bytes. A list of a million files fits. */
const MAX_OUTPUT = 256 << 20;
