import { Worker } from 'node:worker_threads';
import { unreachable } from '../base/assert.ts';
import { asset } from './assets.ts';
import type { RecordOptions, RecordProgress, RecordResult, TargetSpec } from './contract.ts';
import type { FromRecordWorker, RecordJob, ToRecordWorker } from './record-messages.ts';
import { answerOf } from './worker-answer.ts';

/** How the worker is started. */
export interface RecordWorkerOptions {
  /** Environment of the worker and of a command that it starts; default: ours. */
  env?: NodeJS.ProcessEnv;
}

/** How long a connection that is being made may take after it was no longer wanted, ms. */
const GRACE = 3000;

/**
 * `record` of `record.ts` in a worker thread, so that the caller's event loop stays free. Same options, same errors:
 * aborting `options.signal` stops the recording and resolves with what it has. Aborted while it still connects, and not
 * connected soon after, it rejects with the signal's reason.
 */
export async function recordInWorker(
  target: TargetSpec,
  options: RecordOptions,
  { env = process.env }: RecordWorkerOptions = {},
): Promise<RecordResult> {
  const { durationMs, out, mode, budget, follow, profileWorkers, mapRoots, flight, reconnect } = options;
  const settings = { durationMs, out, mode, budget, follow, profileWorkers, mapRoots, flight, reconnect };
  const job: RecordJob = { target, options: settings };
  const worker = new Worker(asset('workers/record.cjs'), { workerData: job, env, execArgv: [] });
  const reached = { target: false };
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    worker.postMessage({ type: 'stop' } satisfies ToRecordWorker);
    grace = setTimeout(() => {
      if (!reached.target) void worker.terminate();
    }, GRACE);
  };
  const onProgress = (progress: RecordProgress): void => {
    reached.target ||= progress.phase !== 'connecting';
    options.onProgress?.(progress);
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    return await answer(worker, { ...options, onProgress });
  } catch (error) {
    if (!reached.target) options.signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(grace);
    options.signal?.removeEventListener('abort', stop);
    // It has answered or died; whatever still holds it (a socket that will not close) must not hold us.
    await worker.terminate();
  }
}

function answer(worker: Worker, options: RecordOptions): Promise<RecordResult> {
  return answerOf<FromRecordWorker, RecordResult>(worker, {
    onMessage: (message, resolve) => {
      switch (message.type) {
        case 'progress':
          return options.onProgress?.(message.progress);
        case 'log':
          return options.log?.[message.level](message.message);
        case 'output': {
          (options.onOutput ?? toStderr)(message.text);
          return;
        }
        case 'done': {
          resolve(message.result);
          return;
        }
        default:
          return unreachable(message);
      }
    },
    onExit: (code) => new Error(`The recording thread ended without an answer (code ${code}).`),
  });
}

const toStderr = (text: string): void => void process.stderr.write(text);
