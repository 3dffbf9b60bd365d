import { Op } from '../model/event.ts';
import { readAsyncStack } from './async-stack.ts';
import type { PendingSet } from './pending.ts';
import type { Put } from './ring.ts';
import type { StackTable } from './stacks.ts';

/** Promises that are still pending at the end whose stack is read, at most. */
const MAX_LASTING = 4096;

interface WaitPorts {
  pending: PendingSet;
  stacks: StackTable;
  put: Put;
  /** Reads the clock: µs since the clock origin. */
  now: () => number;
  /** What reading the stacks took, µs. */
  spent: (us: number) => void;
}

/**
 * The wait profiler: picks pending promises at random and records who awaits them. Each pick stands for
 * `pending / picked` promises. Must be called inside `unrecorded`; the stacks arrive with the microtasks after it.
 */
export function sampleWaits(ports: WaitPorts, picks: number): void {
  const { pending, stacks, put, now, spent } = ports;
  const size = pending.size();
  const picked = Math.min(picks, size);
  if (picked === 0) return;
  const weight = Math.min(Math.round((size / picked) * 16), 0xffffff);
  let first = 0;
  for (let k = 0; k < picked; k++) {
    const promise = pending.pick();
    if (!promise) continue;
    const id = pending.idOf(promise);
    readAsyncStack(promise, (frames) => {
      const at = now();
      put(Op.WaitSample | (weight << 8), id, at, stacks.add(frames));
      // The stacks are read one right after the other: from the first to the last is the time of all but one.
      if (k === 0) first = at;
      else if (k === picked - 1) spent((((at - first) | 0) * picked) / k);
    });
  }
}

/**
 * Records the promises that have been pending for at least `ageUs`, with their stacks. Resolves when all are read. Must be
 * called inside `unrecorded`, or without hooks.
 */
export async function recordLasting({ pending, stacks, put, now }: WaitPorts, ageUs: number): Promise<void> {
  const at = now();
  const lasting: { promise: object; id: number; since: number }[] = [];
  pending.each((promise, id, since) => {
    if (((at - since) | 0) >= ageUs) lasting.push({ promise, id, since });
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
