import type { AgentInfo } from './protocol.ts';

/** The process, as it tells of itself. */
export function processInfo(): Omit<AgentInfo, 'startedAt' | 'originUs' | 'problems'> {
  return {
    pid: process.pid,
    node: process.version,
    script: process.argv[1] ?? '',
    cwd: process.cwd(),
    platform: process.platform,
    threadPoolSize: Number(process.env['UV_THREADPOOL_SIZE'] ?? 4) || 4,
  };
}

/**
 * The exit code that listeners of `exit` are told, put right: on Node 18 and 20 a top-level await that never settled becomes 13
 * only by a listener of Node's own, which comes after ours.
 */
export function settledExitCode(code: number): number {
  if (code !== 0 || process.exitCode !== undefined) return code;
  return process.listeners('exit').some(({ name }) => name === 'handleProcessExit') ? 13 : code;
}
