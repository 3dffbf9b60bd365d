import type { Outcome } from '../model/problem.ts';
import type { TaskDump } from '../model/task.ts';
import type { TaskProgress } from '../tasks/dump.ts';
import type { TargetSpec } from './contract.ts';
import type { PauseEstimate } from './tasks.ts';
import type { PackedError } from './worker-error.ts';

/** What the tasks worker is started with. */
export interface TasksJob {
  target: TargetSpec;
  depth: TaskDump['depth'];
  settleMs?: number;
  /** Whether it asks before it holds the process for long. */
  asks: boolean;
}

/** To the worker. */
export type ToTasksWorker = { type: 'stop' } | { type: 'may-pause'; answer: boolean };

/** From the worker; `done` or `failed` is the last one. */
export type FromTasksWorker =
  | { type: 'progress'; progress: TaskProgress }
  | { type: 'may-pause'; estimate: PauseEstimate }
  | { type: 'output'; text: string }
  | { type: 'done'; outcome: Outcome<TaskDump> }
  | { type: 'failed'; error: PackedError };
