import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../base/user-error.ts';
import { openHeap } from '../inspector/heap.ts';
import type { HeapPort } from '../inspector/heap-port.ts';
import type { Entrance } from '../inspector/lent-session.ts';
import { createSourceLocator, loadedOptions } from '../inspector/source-locator.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { TaskDump } from '../model/task.ts';
import { fullTasks, quickTasks } from '../tasks/dump.ts';
import type { TaskProgress } from '../tasks/dump.ts';
import type { TargetSpec } from './contract.ts';
import { reach, stopped } from './reach.ts';
import type { ReachOptions } from './reach.ts';

export interface TasksOptions extends ReachOptions {
  depth: TaskDump['depth'];
  /** Time for looking up lines one by one, ms; default 1000. */
  lookUpMs?: number;
  onProgress?: (progress: TaskProgress) => void;
  /** Asked before a snapshot of a large heap holds the process; false ends the job. Without it, it is taken. */
  mayPause?: (estimate: PauseEstimate) => Promise<boolean>;
}

/** What a snapshot of a large heap will cost. */
export interface PauseEstimate {
  heapMB: number;
  /** How long the process will be held, ms: a guess, within a factor of three. */
  pauseMs: number;
}

/**
 * Every suspended async function of a process. An inspector that was opened for it is closed again.
 * @throws UserError `unreachable`: the target cannot be reached, does not answer, or the job was stopped;
 *   `usage`: `mayPause` said no
 */
export async function dumpTasks(target: TargetSpec, options: TasksOptions): Promise<Outcome<TaskDump>> {
  const reached = await reach(target, options);
  try {
    const outcome = await read(reached, options);
    if (reached.session === 'lent' && !('workers' in target)) outcome.problems.push(WORKERS_LEFT_OUT);
    return outcome;
  } catch (error) {
    if (options.signal?.aborted) throw stopped();
    if (error instanceof UserError) throw error;
    throw new UserError(
      'unreachable',
      `The process does not answer: ${error instanceof Error ? error.message : String(error)}.`,
      'Its event loop may be held by native code or paused in a debugger; try again when it runs.',
      { cause: error },
    );
  } finally {
    await reached.leave();
  }
}

const WORKERS_LEFT_OUT: Problem = {
  code: 'workers-omitted',
  message: 'The debugger lends the session of one thread: tasks of other threads are not among these.',
};

/** From this size on, a snapshot takes seconds. */
const LARGE_MB = 100;
/** Measured by `npm run bench:tasks` on a machine with other work to do; Node 18 takes three times as long. */
const PAUSE_MS_PER_MB = 100;

async function read(
  { connection, session, workers }: Entrance,
  options: TasksOptions,
): Promise<Outcome<TaskDump>> {
  const port = await openHeap(connection, workers);
  const { signal, onProgress, depth, mayPause, lookUpMs } = options;
  const locator = createSourceLocator(session === 'own' ? loadedOptions(connection) : {});
  try {
    if (depth === 'quick') return await quickTasks(port, { locator, signal });
    if (mayPause) await askFirst(port, mayPause);
    return await fullTasks(port, { locator, signal, onProgress, lookUpMs });
  } finally {
    // What does not answer any more is given up with the connection.
    await Promise.race([port.close(), wait(signal?.aborted ? 100 : 3000)]);
  }
}

async function askFirst(port: HeapPort, mayPause: NonNullable<TasksOptions['mayPause']>): Promise<void> {
  const sizes = await Promise.all(
    (await port.threads()).map((thread) => thread.heapUsed(5000).catch(() => 0)),
  );
  const heapMB = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
  if (heapMB < LARGE_MB) return;
  const slow = Number(/^v(\d+)/.exec(port.node)?.[1]) < 20 ? 3 : 1;
  if (await mayPause({ heapMB, pauseMs: heapMB * PAUSE_MS_PER_MB * slow })) return;
  throw new UserError(
    'usage',
    'No heap snapshot was taken.',
    'Ask without one with --quick, or allow the pause with --yes.',
  );
}
