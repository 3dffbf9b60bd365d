import { Worker } from 'node:worker_threads';
import { unreachable } from '../base/assert.ts';
import { UserError } from '../base/user-error.ts';
import type { Outcome } from '../model/problem.ts';
import type { TaskDump } from '../model/task.ts';
import { asset } from './assets.ts';
import type { TargetSpec } from './contract.ts';
import type { FromTasksWorker, TasksJob, ToTasksWorker } from './tasks-messages.ts';
import type { TasksOptions } from './tasks.ts';
import { answerOf } from './worker-answer.ts';

/** How long the worker may take to leave the process in order after it was stopped, ms. */
const GRACE = 3000;

/**
 * `dumpTasks` of `tasks.ts` in a worker thread, so that receiving and reading a snapshot stay off the caller's event
 * loop. Same options, same errors.
 */
export async function tasksInWorker(target: TargetSpec, options: TasksOptions): Promise<Outcome<TaskDump>> {
  const { depth, settleMs, mayPause, signal } = options;
  const job: TasksJob = { target, depth, settleMs, asks: mayPause !== undefined };
  const worker = new Worker(asset('workers/tasks.cjs'), { workerData: job, execArgv: [] });
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    worker.postMessage({ type: 'stop' } satisfies ToTasksWorker);
    grace = setTimeout(() => void worker.terminate(), GRACE);
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    return await answer(worker, options);
  } finally {
    clearTimeout(grace);
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function answer(worker: Worker, options: TasksOptions): Promise<Outcome<TaskDump>> {
  return answerOf<FromTasksWorker, Outcome<TaskDump>>(worker, {
    onMessage: (message, resolve, reject) => {
      switch (message.type) {
        case 'progress':
          return options.onProgress?.(message.progress);
        case 'output': {
          (options.onOutput ?? toStderr)(message.text);
          return;
        }
        case 'may-pause': {
          const reply = (value: boolean): void =>
            worker.postMessage({ type: 'may-pause', answer: value } satisfies ToTasksWorker);
          options.mayPause?.(message.estimate).then(reply, reject);
          return;
        }
        case 'done': {
          resolve(message.outcome);
          return;
        }
        default:
          return unreachable(message);
      }
    },
    onExit: (code) =>
      options.signal?.aborted
        ? new UserError(
            'unreachable',
            'Stopped before the answer was complete.',
            'Start again when you are ready.',
          )
        : new Error(`The thread that reads tasks ended without an answer (code ${code}).`),
  });
}

const toStderr = (text: string): void => void process.stderr.write(text);
