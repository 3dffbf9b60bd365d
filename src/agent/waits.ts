import { Op, PendingReach } from '../model/event.ts';
import type { ReadAsyncStack } from './async-stack.ts';
import { NativePromise } from './native-promise.ts';
import type { Site } from './follows.ts';
import type { PendingSet, Picked } from './pending.ts';
import type { Reach, WhoIsHeld } from './reach.ts';
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

/** A promise that has been pending for long. */
interface Lasting {
  reference: WeakRef<object>;
  id: number;
  since: number;
  /** Number of the stack of who awaits it; 0 = nobody, or not known. */
  stack: number;
}

/**
 * Records the promises that have been pending for at least `ageUs`, with their stacks. Must be called inside `unrecorded`, or
 * without hooks.
 *
 * @param whoIsHeld where nothing is recorded any more: tells which of them nobody holds; they are then let go of
 */
export async function recordLasting(ports: WaitPorts, ageUs: number, whoIsHeld?: WhoIsHeld): Promise<void> {
  const lasting = await readLasting(ports, ageUs);
  const reach = new Map<Lasting, Reach>();
  if (whoIsHeld) {
    ports.pending.clear();
    // Those that nobody awaits are the own promises of those who do.
    const awaited = lasting.filter(({ stack }) => stack !== 0);
    const answers = await whoIsHeld(awaited.map(({ reference }) => reference));
    for (const [i, one] of awaited.entries()) reach.set(one, answers[i]!);
  }
  for (const one of lasting) {
    const extra = PENDING_REACH[reach.get(one) ?? 'unknown'];
    ports.put(Op.Pending | (extra << 8), one.id, one.since | 0, one.stack);
  }
}

const PENDING_REACH: Readonly<Record<Reach, PendingReach>> = {
  unknown: PendingReach.Unknown,
  held: PendingReach.Held,
  gone: PendingReach.Gone,
};

async function readLasting(
  { readAsyncStack, pending, stacks, stackOfAwait, now }: WaitPorts,
  ageUs: number,
): Promise<Lasting[]> {
  const at = now();
  const lasting: { promise: object; id: number; since: number; site: Site | undefined }[] = [];
  pending.each((promise, id, since, site) => {
    if (((at - since) | 0) >= ageUs) lasting.push({ promise, id, since, site });
  });
  // The oldest first: they are what never settles.
  lasting.sort((a, b) => (a.since - b.since) | 0);
  return NativePromise.all(
    lasting.slice(0, MAX_LASTING).map(
      ({ promise, id, since, site }) =>
        new NativePromise<Lasting>((resolve) => {
          readAsyncStack(promise, (frames) => {
            const stack = site ? stackOfAwait(site) : stacks.add(frames);
            resolve({ reference: new WeakRef(promise), id, since, stack });
          });
        }),
    ),
  );
}
