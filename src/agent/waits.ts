import { Op } from '../model/event.ts';
import type { ReadAsyncStack } from './async-stack.ts';
import { NativePromise } from './native-promise.ts';
import type { Site } from './follows.ts';
import type { PendingSet, Picked } from './pending.ts';
import type { Put } from './ring.ts';
import type { StackTable } from './stacks.ts';

/** Promises that are still pending at the end whose stack is read, at most. */
const MAX_LASTING = 4096;

interface WaitPorts {
  readAsyncStack: ReadAsyncStack;
  pending: PendingSet;
  stacks: StackTable;
  /** Number of the stack of an `await`, from what was captured there; 0 when no `await` was. */
  stackOfAwait: (site: Site) => number;
  put: Put;
  /** Reads the clock: µs since the clock origin. */
  now: () => number;
  /** Does anybody follow this promise? */
  isFollowed: (id: number) => boolean;
  /** What reading the stacks took, µs. */
  spent: (us: number) => void;
}

/**
 * The wait profiler: picks at random among the promises that are pending and that nobody follows, and records where they wait.
 * Those are the promises that each `await` makes of its own, so that a sample stands for one suspended function, and its weight
 * tells for how many. Its stack is the one of the promise that it follows, or the one captured at the `await` where V8 would not
 * tell. Must be called inside `unrecorded`; the stacks arrive with the microtasks after it.
 */
export function sampleWaits(ports: WaitPorts, picks: number): void {
  const { readAsyncStack, stacks, stackOfAwait, put, now, spent } = ports;
  const { leaves, weight } = pickLeaves(ports, picks);
  const unread = leaves.filter(({ site }) => site === undefined);
  for (const { id, site } of leaves)
    if (site) put(Op.WaitSample | (weight << 8), id, now(), stackOfAwait(site));
  let first = 0;
  for (const [k, { promise, id, followed }] of unread.entries()) {
    readAsyncStack(followed ?? promise, (frames) => {
      const at = now();
      put(Op.WaitSample | (weight << 8), id, at, stacks.add(frames));
      // The stacks are read one right after the other: from the first to the last is the time of all but one.
      if (k === 0) first = at;
      else if (k === unread.length - 1) spent((((at - first) | 0) * unread.length) / k);
    });
  }
}

/** At most so many tries for each promise that is wanted: where all are followed, there may be none. */
const TRIES = 4;

/** Picks up to `picks` promises that nobody follows; `weight`: how many such promises each stands for, times 16. */
function pickLeaves({ pending, isFollowed }: WaitPorts, picks: number): { leaves: Picked[]; weight: number } {
  const leaves: Picked[] = [];
  let tries = 0;
  while (leaves.length < picks && tries < picks * TRIES) {
    const picked = pending.pick();
    if (!picked) break;
    tries++;
    if (!isFollowed(picked.id)) leaves.push(picked);
  }
  return { leaves, weight: Math.min(Math.round((pending.size() / Math.max(1, tries)) * 16), 0xffffff) };
}

/**
 * Records the promises that have been pending for at least `ageUs`, with their stacks. Resolves when all are read. Must be
 * called inside `unrecorded`, or without hooks.
 */
export async function recordLasting(
  { readAsyncStack, pending, stacks, stackOfAwait, put, now }: WaitPorts,
  ageUs: number,
): Promise<void> {
  const at = now();
  const lasting: { promise: object; id: number; since: number; site: Site | undefined }[] = [];
  pending.each((promise, id, since, site) => {
    if (((at - since) | 0) >= ageUs) lasting.push({ promise, id, since, site });
  });
  // The oldest first: they are what never settles.
  lasting.sort((a, b) => (a.since - b.since) | 0);
  await NativePromise.all(
    lasting.slice(0, MAX_LASTING).map(
      ({ promise, id, since, site }) =>
        new NativePromise<void>((resolve) => {
          readAsyncStack(promise, (frames) => {
            put(Op.Pending, id, since | 0, site ? stackOfAwait(site) : stacks.add(frames));
            resolve();
          });
        }),
    ),
  );
}
