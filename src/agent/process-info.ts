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
