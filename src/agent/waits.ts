import { Op } from '../model/event.ts';
import { readAsyncStack } from './async-stack.ts';
import type { PendingSet } from './pending.ts';
import type { Put } from './ring.ts';
import type { StackTable } from './stacks.ts';

/** Promises that are still pending at the end get their stack read when they are at least this old, µs. */
const LASTING_US = 1_000_000;

/** At most this many of them. */
const MAX_LASTING = 4096;

interface WaitPorts {
  pending: PendingSet;
  stacks: StackTable;
  put: Put;
  /** µs since the clock origin, of the last clock read. */
  time: () => number;
}

/**
 * The wait profiler: picks pending promises at random and records who awaits them. Each pick stands for
 * `pending / picked` promises. Must be called inside `unrecorded`; the stacks arrive with the microtasks after it.
 */
export function sampleWaits(ports: WaitPorts, picks: number): void {
  const { pending, stacks, put, time } = ports;
  const size = pending.size();
  const picked = Math.min(picks, size);
  if (picked === 0) return;
  const weight = Math.min(Math.round((size / picked) * 16), 0xffffff);
  for (let k = 0; k < picked; k++) {
    const promise = pending.pick();
    if (!promise) continue;
    const id = pending.idOf(promise);
    readAsyncStack(promise, (frames) => {
      put(Op.WaitSample | (weight << 8), id, time() | 0, stacks.add(frames));
    });
  }
}

/** Records the promises that have been pending for long, with their stacks. Resolves when all are read. */
export async function recordLasting(ports: WaitPorts): Promise<void> {
  const { pending, stacks, put, time } = ports;
  const now = time();
  const lasting: { promise: object; id: number; since: number }[] = [];
  pending.each((promise, id, since) => {
    if (((now - since) | 0) >= LASTING_US) lasting.push({ promise, id, since });
  });
  // The oldest first: they are what never settles.
  lasting.sort((a, b) => (a.since - b.since) | 0);
  await Promise.all(
    lasting.slice(0, MAX_LASTING).map(
      ({ promise, id, since }) =>
        new Promise<void>((resolve) => {
          readAsyncStack(promise, (frames) => {
            put(Op.Pending, id, since | 0, stacks.add(frames));
            resolve();
          });
        }),
    ),
  );
}
