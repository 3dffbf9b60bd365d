import { RequestKind } from '../model/event.ts';
import type { Measured } from './measured.ts';

/**
 * A worker thread that does nothing but what it is asked for by messages: it is there to be held, and nobody else waits for
 * its loop. Who waits for the answer is told where the message was sent.
 */
export function onlyComputes({ thread, requests, intervals }: Measured): boolean {
  if (!WORKER.test(thread.id) || intervals.records.length > 0) return false;
  return requests.records.every(({ kind }) => kind === RequestKind.Message);
}

/** As threads of a recording are named: `worker-1`, `4243/worker-1` of another process. */
const WORKER = /(^|\/)worker-\d+$/;
