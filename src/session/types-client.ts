import { Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import type { TypedGifts } from '../lint/types/typed-calls.ts';
import type { Outcome } from '../model/problem.ts';
import { asset } from './assets.ts';
import type { FromTypesWorker, ToTypesWorker } from './types-messages.ts';

/** Asks the type checker, in a thread of its own: hints never wait for it, they are given again when it has answered. */
export interface TypesClient extends Disposable {
  /**
   * What the calls of a file give by their types. Undefined where that cannot be known, with a problem `types-missing`;
   * where no `tsconfig.json` has the file; and where a newer request for the same file overtook this one.
   * @param text undefined: as it is on disk
   */
  gifts(file: string, text: string | undefined): Promise<Outcome<TypedGifts | undefined>>;
  /** Tells of files that were written, made or removed on disk. */
  changed(files: readonly string[]): void;
}

/** Starts the thread with the first request. When it is lost, as for want of memory, types are not known from then on. */
export function startTypesClient(): TypesClient {
  const waiting = new Map<number, (answer: FromTypesWorker) => void>();
  let worker: Worker | undefined;
  let lost: string | undefined;
  let lastId = 0;

  const lose = (reason: string): void => {
    lost ??= reason;
    for (const [id, resolve] of waiting) resolve({ id, problem: lost });
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(asset('workers/types.cjs'), { execArgv: [] });
    started.on('message', (answer: FromTypesWorker) => {
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
    });
    started.on('error', (error) => lose(error instanceof Error ? error.message : String(error)));
    started.on('exit', () => lose('the thread that knows types has ended'));
    return started;
  };

  return {
    async gifts(file, text) {
      const id = ++lastId;
      const answer = await new Promise<FromTypesWorker>((resolve) => {
        if (lost !== undefined) {
          resolve({ id, problem: lost });
          return;
        }
        worker ??= start();
        // Only work under way keeps the process alive.
        worker.ref();
        waiting.set(id, resolve);
        worker.postMessage({ type: 'gifts', id, file, text } satisfies ToTypesWorker);
      });
      const { gifts, problem } = answer;
      return {
        value: gifts,
        problems:
          problem === undefined
            ? []
            : [{ code: 'types-missing', message: `${problem}: hints are without exact types.` }],
      };
    },
    changed: (files) => worker?.postMessage({ type: 'changed', files } satisfies ToTypesWorker),
    dispose() {
      lose('the thread that knows types was stopped');
      void worker?.terminate();
    },
  };
}
