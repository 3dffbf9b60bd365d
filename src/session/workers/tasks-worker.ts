// The thread that reads heap snapshots: receiving and searching them stay off the loop of whoever asked.
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import { dumpTasks } from '../tasks.ts';
import type { FromTasksWorker, TasksJob, ToTasksWorker } from '../tasks-messages.ts';
import { packError } from '../worker-error.ts';

void run(workerData as TasksJob);

async function run({ target, depth, settleMs, asks }: TasksJob): Promise<void> {
  const port = defined(parentPort, 'the port of the parent thread');
  const send = (message: FromTasksWorker): void => port.postMessage(message);
  const stop = new AbortController();
  let answered: (answer: boolean) => void = () => undefined;
  port.on('message', (message: ToTasksWorker) => {
    if (message.type === 'stop') stop.abort();
    // Who stops while being asked has answered, too.
    answered(message.type === 'may-pause' && message.answer);
  });
  let shown = 0;
  try {
    const outcome = await dumpTasks(target, {
      depth,
      settleMs,
      signal: stop.signal,
      onProgress: (progress) => {
        const now = performance.now();
        if (progress.received > 0 && now - shown < PROGRESS_MS) return;
        shown = now;
        send({ type: 'progress', progress });
      },
      onOutput: (text) => send({ type: 'output', text }),
      ...(asks && {
        mayPause: (estimate) => {
          send({ type: 'may-pause', estimate });
          return new Promise<boolean>((resolve) => (answered = resolve));
        },
      }),
    });
    send({ type: 'done', outcome });
  } catch (error) {
    send({ type: 'failed', error: packError(error) });
  } finally {
    port.close();
  }
}

const PROGRESS_MS = 200;
