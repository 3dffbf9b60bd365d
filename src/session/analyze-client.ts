import { Worker } from 'node:worker_threads';
import type { Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import { unreachable } from '../base/assert.ts';
import type { Log } from '../base/log.ts';
import type { AnalyzeOptions } from './analyze.ts';
import type { AnalyzeJob, FromAnalyzeWorker } from './analyze-messages.ts';
import { asset } from './assets.ts';
import { answerOf } from './worker-answer.ts';

/**
 * `analyzeFile` of `analyze.ts` in a worker thread, so that the caller's event loop stays free. Same answer, same
 * errors; aborting `options.signal` ends the thread at once.
 */
export async function analyzeInWorker(file: string, options: AnalyzeOptions): Promise<Outcome<Report>> {
  const { signal, log } = options;
  signal?.throwIfAborted();
  const job: AnalyzeJob = { file };
  const worker = new Worker(asset('workers/analyze.cjs'), { workerData: job, execArgv: [] });
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end);
  try {
    return await answer(worker, log);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}

function answer(worker: Worker, log: Log | undefined): Promise<Outcome<Report>> {
  return answerOf<FromAnalyzeWorker, Outcome<Report>>(worker, {
    onMessage: (message, resolve) => {
      switch (message.type) {
        case 'log':
          return log?.[message.level](message.message);
        case 'done': {
          resolve(message.outcome);
          return;
        }
        default:
          return unreachable(message);
      }
    },
    onExit: (code) => new Error(`The analysis thread ended without an answer (code ${code}).`),
  });
}
