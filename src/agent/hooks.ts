import type * as AsyncHooks from 'node:async_hooks';
import type * as V8 from 'node:v8';
import { Op } from '../model/event.ts';
import { OWN } from './pending.ts';
import type { PendingSet } from './pending.ts';
import { Ctl } from './protocol.ts';
import type { Ring } from './ring.ts';

/** Deepest nesting of executions that is followed. */
const MAX_DEPTH = 256;

export interface Hooks {
  /** The execution under way, as an id of the recording; 0 = none or unknown. */
  current: () => number;
  /** Runs our own code inside the program: what it creates is not recorded. Must not be asynchronous. */
  unrecorded: (run: () => void) => void;
  /** Runs `create`, and never records the executions of the (last) resource that it creates: our own timer. */
  disown<T>(create: () => T): T;
  stop: () => void;
}

export interface HookPorts {
  asyncHooks: typeof AsyncHooks;
  v8: typeof V8;
  ring: Ring;
  pending: PendingSet;
  /** Reads the clock: µs since the clock origin. */
  now: () => number;
  /** The last reading. */
  time: () => number;
  onType: (i: number, name: string) => void;
}

type Resource = object;

/**
 * Records what begins, runs and settles. Two ways, by what the Node at hand can do:
 *
 * - where `createHook({ trackPromises: false })` is honoured (24 and later), promises come from `v8.promiseHooks` with
 *   ids of our own (odd), everything else from `async_hooks` (even ids);
 * - before that, `async_hooks` reports both, and `v8.promiseHooks` only tells which promises settled.
 *
 * Nothing in the callbacks may throw: Node ends the process when a hook does.
 */
export function startHooks(ports: HookPorts): Hooks {
  const { asyncHooks, v8, ring, pending, now, time } = ports;
  const { put, ctl } = ring;
  const types = new Map<string, number>();
  const stack = new Int32Array(MAX_DEPTH);
  let depth = 0;
  let current = 0;
  let muted = false;
  let ignored = -1;
  let newestOwn = -1;
  let promises = 0;
  /** Our own promises under `async_hooks`, which knows them only by number. */
  const own = new Set<number>();

  const separate = honoursTrackPromises(asyncHooks);
  const base = asyncHooks.executionAsyncId() < 0 ? 0 : newestAsyncId(asyncHooks);
  const relative = (asyncId: number): number => ((asyncId - base) * 2) | 0;

  const typeIndex = (type: string): number => {
    const known = types.get(type);
    if (known !== undefined) return known;
    const i = types.size + 1;
    types.set(type, i);
    ports.onType(i, type);
    return i;
  };
  const promiseInit = Op.Init | (typeIndex('PROMISE') << 8);

  const begin = (id: number, at: number): void => {
    if (depth < MAX_DEPTH) stack[depth] = current;
    depth++;
    current = id;
    ctl[Ctl.Execution] = (ctl[Ctl.Execution]! + 1) | 0;
    ctl[Ctl.Depth] = depth;
    put(Op.Before, id, at, 0);
  };
  const end = (id: number): void => {
    put(Op.After, id, now(), 0);
    // An `after` without its `before`: it began before we came.
    if (depth === 0) return;
    depth--;
    current = depth === 0 || depth >= MAX_DEPTH ? 0 : stack[depth]!;
    ctl[Ctl.Depth] = depth;
  };

  const onSettled = (promise: object): void => {
    const id = pending.settle(promise);
    if (id === 0 || id === OWN) return;
    put(Op.Settled, id, time() | 0, current);
  };

  const resourceHooks: AsyncHooks.HookCallbacks & { trackPromises?: boolean } = {
    init: (asyncId: number, type: string, trigger: number, resource: Resource) => {
      if (muted) {
        own.add(asyncId);
        newestOwn = asyncId;
        return;
      }
      const id = relative(asyncId);
      if (type === 'PROMISE') {
        put(promiseInit, id, relative(trigger), current);
        pending.add(resource, id, time() | 0);
      } else {
        put(Op.Init | (typeIndex(type) << 8), id, relative(trigger), current);
      }
    },
    before: (asyncId: number) => {
      if (asyncId === ignored || (own.size > 0 && own.has(asyncId))) return;
      begin(relative(asyncId), now());
    },
    after: (asyncId: number) => {
      if (asyncId === ignored || (own.size > 0 && own.has(asyncId))) return;
      end(relative(asyncId));
    },
  };
  if (separate) resourceHooks.trackPromises = false;

  const hook = asyncHooks.createHook(resourceHooks);
  const stopPromises = (v8.promiseHooks.createHook as unknown as (callbacks: object) => () => void)(
    separate
      ? {
          init: (promise: object, parent: object | undefined) => {
            if (muted) {
              pending.disown(promise);
              return;
            }
            const id = (++promises * 2 + 1) | 0;
            put(promiseInit, id, parent === undefined ? 0 : pending.idOf(parent), current);
            pending.add(promise, id, time() | 0);
          },
          before: (promise: object) => {
            const id = pending.idOf(promise);
            // A microtask follows at once on what ended before it, so that reading is still good: half the clock reads.
            if (id !== OWN) begin(id, depth === 0 ? time() : now());
          },
          after: (promise: object) => {
            const id = pending.idOf(promise);
            if (id !== OWN) end(id);
          },
          settled: onSettled,
        }
      : { settled: onSettled },
  );
  hook.enable();

  return {
    current: () => current,
    unrecorded: (run) => {
      const before = muted;
      muted = true;
      // Whatever was ours last time has run by now: its reactions were microtasks.
      if (!before) own.clear();
      try {
        run();
      } finally {
        muted = before;
      }
    },
    disown: (create) => {
      muted = true;
      try {
        return create();
      } finally {
        muted = false;
        ignored = newestOwn;
      }
    },
    stop: () => {
      hook.disable();
      stopPromises();
    },
  };
}

/** Asks the Node at hand, rather than its version: does a hook with `trackPromises: false` stay silent on a promise? */
function honoursTrackPromises(asyncHooks: typeof AsyncHooks): boolean {
  let seen = false;
  const hook = asyncHooks.createHook({
    init: (_id: number, type: string) => {
      if (type === 'PROMISE') seen = true;
    },
    trackPromises: false,
  } as AsyncHooks.HookCallbacks);
  hook.enable();
  void Promise.resolve().then(() => undefined);
  hook.disable();
  return !seen;
}

/** The newest id that Node has given out: resources up to it are older than the attach. */
function newestAsyncId(asyncHooks: typeof AsyncHooks): number {
  const probe = new asyncHooks.AsyncResource('LOOPLENS', { requireManualDestroy: true });
  return probe.asyncId();
}
