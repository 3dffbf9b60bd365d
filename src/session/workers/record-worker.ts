// The thread that records: connecting, decoding and writing stay off the loop of whoever asked.
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import type { FromRecordWorker, RecordJob, ToRecordWorker } from '../record-messages.ts';
import { record } from '../record.ts';
import { packError } from '../worker-error.ts';

void run(workerData as RecordJob);

async function run(job: RecordJob): Promise<void> {
  const port = defined(parentPort, 'the port of the parent thread');
  const send = (message: FromRecordWorker): void => port.postMessage(message);
  const log = (level: 'debug' | 'info' | 'warn') => (message: string) =>
    send({ type: 'log', level, message });
  const stop = new AbortController();
  // There is only one message to it.
  port.on('message', (_stop: ToRecordWorker) => stop.abort());
  try {
    const result = await record(job.target, {
      ...job.options,
      signal: stop.signal,
      log: { debug: log('debug'), info: log('info'), warn: log('warn') },
      onProgress: (progress) => send({ type: 'progress', progress }),
      onOutput: (text) => send({ type: 'output', text }),
    });
    send({ type: 'done', result });
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  } finally {
    port.close();
  }
}
