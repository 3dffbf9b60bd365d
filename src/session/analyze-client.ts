import { Worker } from 'node:worker_threads';
import type { Comparison } from '../model/comparison.ts';
import type { Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import { unreachable } from '../base/assert.ts';
import type { Log } from '../base/log.ts';
import type { AnalyzeOptions } from './analyze.ts';
import type { AnalyzeAnswers, AnalyzeJob, FromAnalyzeWorker } from './analyze-messages.ts';
import { asset } from './assets.ts';
import { answerOf } from './worker-answer.ts';

/**
 * `analyzeFile` of `analyze.ts` in a worker thread, so that the caller's event loop stays free. Same answer, same
 * errors; aborting `options.signal` ends the thread at once.
 */
export function analyzeInWorker(file: string, options: AnalyzeOptions): Promise<Outcome<Report>> {
  return inWorker({ kind: 'analyze', file }, options);
}

/** `compareFiles` of `compare.ts`, in the same way. */
export function compareInWorker(
  base: string,
  head: string,
  options: AnalyzeOptions,
): Promise<Outcome<Comparison>> {
  return inWorker({ kind: 'compare', base, head }, options);
}

async function inWorker<Kind extends AnalyzeJob['kind']>(
  job: Extract<AnalyzeJob, { kind: Kind }>,
  { signal, log }: AnalyzeOptions,
): Promise<AnalyzeAnswers[Kind]> {
  signal?.throwIfAborted();
  const worker = new Worker(asset('workers/analyze.cjs'), { workerData: job, execArgv: [] });
  const end = (): void => void worker.terminate();
  signal?.addEventListener('abort', end);
  try {
    return (await answer(worker, log)) as AnalyzeAnswers[Kind];
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', end);
    await worker.terminate();
  }
}

function answer(worker: Worker, log: Log | undefined): Promise<AnalyzeAnswers[AnalyzeJob['kind']]> {
  return answerOf<FromAnalyzeWorker, AnalyzeAnswers[AnalyzeJob['kind']]>(worker, {
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
