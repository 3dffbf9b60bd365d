import os from 'node:os';
import { startLintClient, type LintClient } from '../lint-client.ts';

/** Lint workers, as many as pay. */
export interface LintPool {
  /** Runs a job for each item, each in the worker that `owner` remembers for it, if there is one. */
  each<T extends { file: string }>(
    items: readonly T[],
    job: (client: LintClient, item: T) => Promise<void>,
  ): Promise<void>;
  dispose(): void;
}

/** Fewer files than this for each worker do not pay for starting one more. */
const FILES_PER_WORKER = 40;

/** More workers than this wait for memory, not for processors. */
const MAX_WORKERS = 8;

/** @param files how many there will be at most */
export function startPool(files: number, signal: AbortSignal | undefined): LintPool {
  const count = Math.max(
    1,
    Math.min(MAX_WORKERS, os.availableParallelism(), Math.ceil(files / FILES_PER_WORKER)),
  );
  const clients = Array.from({ length: count }, () => startLintClient());
  // A worker that has read a file still has its tree.
  const owners = new Map<string, LintClient>();
  const dispose = (): void => {
    signal?.removeEventListener('abort', dispose);
    for (const client of clients) client.dispose();
  };
  signal?.addEventListener('abort', dispose, { once: true });

  return {
    async each(items, job) {
      const own = new Map(
        clients.map((client) => [client, items.filter(({ file }) => owners.get(file) === client)]),
      );
      const free = items.filter(({ file }) => !owners.has(file)).values();
      const work = async (client: LintClient): Promise<void> => {
        for (const queue of [own.get(client)!, free]) {
          for (const item of queue) {
            signal?.throwIfAborted();
            owners.set(item.file, client);
            await job(client, item);
          }
        }
      };
      try {
        await Promise.all(clients.map(work));
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    dispose,
  };
}
