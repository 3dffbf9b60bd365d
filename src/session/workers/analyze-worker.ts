// The thread that analyses: reading and walking a recording stay off the loop of whoever asked.
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import type { AnalyzeJob, FromAnalyzeWorker } from '../analyze-messages.ts';
import { analyzeFile } from '../analyze.ts';
import { compareFiles } from '../compare.ts';
import { packError } from '../worker-error.ts';

void run(workerData as AnalyzeJob);

async function run(job: AnalyzeJob): Promise<void> {
  const port = defined(parentPort, 'the port of the parent thread');
  const send = (message: FromAnalyzeWorker): void => port.postMessage(message);
  const log = (level: 'debug' | 'info' | 'warn') => (message: string) =>
    send({ type: 'log', level, message });
  try {
    const options = { log: { debug: log('debug'), info: log('info'), warn: log('warn') } };
    const outcome =
      job.kind === 'analyze'
        ? await analyzeFile(job.file, options)
        : await compareFiles(job.base, job.head, options);
    send({ type: 'done', outcome });
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  } finally {
    port.close();
  }
}
