import type { HeapPort } from '../inspector/heap-port.ts';
import type { SourceLocator } from '../inspector/ports.ts';
import type { Outcome } from '../model/problem.ts';
import type { TaskDump } from '../model/task.ts';

export interface QuickOptions {
  locator: SourceLocator;
  signal?: AbortSignal;
}

export interface FullOptions extends QuickOptions {
  /** Time for looking up lines that the stacks did not tell, ms; each look-up holds the process a little. Default 1000. */
  lookUpMs?: number;
  onProgress?: (progress: TaskProgress) => void;
}

export interface TaskProgress {
  phase: 'stacks' | 'snapshot' | 'graph';
  /** Id of the thread. */
  thread: string;
  /** Bytes of the snapshot that have come. */
  bytes: number;
}

/**
 * Every suspended async function without a heap snapshot: exact lines, approximate counts. Takes 6 to 60 % of the time
 * of a snapshot. A thread that does not answer in time is a problem, not an error.
 */
export async function quickTasks(_port: HeapPort, _options: QuickOptions): Promise<Outcome<TaskDump>> {
  return Promise.reject(new Error('not yet'));
}

/** The same by a heap snapshot of each thread: exact counts, what each waits for, cycles. */
export async function fullTasks(_port: HeapPort, _options: FullOptions): Promise<Outcome<TaskDump>> {
  return Promise.reject(new Error('not yet'));
}
