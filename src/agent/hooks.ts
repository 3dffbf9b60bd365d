import type * as AsyncHooks from 'node:async_hooks';
import type * as V8 from 'node:v8';
import { Op } from '../model/event.ts';
import { runsInPool } from '../model/thread-pool.ts';
import type { Follows } from './follows.ts';
import { NativePromise } from './native-promise.ts';
import { OWN } from './pending.ts';
import type { PendingSet } from './pending.ts';
import { Ctl } from './protocol.ts';
import type { Ring } from './ring.ts';

// Read once: code that V8 has not compiled yet looks a property up each time, and what it compiled before a path first ran is thrown away then.
const { Before, After, Settled } = Op;
const { Execution, Depth } = Ctl;

/** Deepest nesting of executions that is followed. */
const MAX_DEPTH = 256;

export interface Hooks {
  /** The execution under way, as an id of the recording; 0 = none or unknown. */
  current: () => number;
  /** An id of `async_hooks` as the recording has it. */
  relative: (asyncId: number) => number;
  /** Begins or pauses recording the graph. To be called where no execution of the program is under way. */
  record: (graph: 'on' | 'off') => void;
  /** Every so manieth creation, about, is handed to `onSampledInit`; 0 = none. Answers how many there were since the last call. */
  sampleInits: (every: number) => number;
  /** The next so many creations are handed to `onWatchedInit`. */
  watchInits: (count: number) => void;
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
  follows: Follows;
  /** Reads the clock: µs since the clock origin. */
  now: () => number;
  /** The last reading. */
  time: () => number;
  onType: (i: number, name: string) => void;
  /** A creation that was picked: it stands for `weight`. Called on the stack that creates it. */
  onSampledInit: (id: number, weight: number) => void;
  /** A creation that {@link Hooks.watchInits} asked for. Called on the stack that creates it. */
  onWatchedInit: (id: number) => void;
  /** A handle or timer was made: what can stay open. Called on the stack that creates it. */
  onHandle: (id: number, type: string, resource: object) => void;
  /** The thread pool was given a task. Called on the stack that gives it. */
  onPoolTask: (id: number, type: string) => void;
}

type Resource = object;

/** Types of resources that stay until they are closed. */
const HANDLES = new Set(
  (
    'Timeout TLSWRAP TCPWRAP TCPSERVERWRAP PIPEWRAP PIPESERVERWRAP UDPWRAP TTYWRAP PROCESSWRAP WORKER MESSAGEPORT FSEVENTWRAP ' +
    'STATWATCHER FILEHANDLE DIRHANDLE HTTP2SESSION SIGNALWRAP'
  ).split(' '),
);
/** Marks the word of such a type: the sign. */
const HANDLE = 1 << 31;
/** ... and of tasks of the thread pool. */
const POOL_TASK = 1 << 30;
/** ... and of what runs in a queue that is emptied in one go, each one at once after what ended before it. */
const QUEUED = 1 << 29;
const QUEUES = new Set(['TickObject', 'PROMISE', 'Microtask']);
/** The newest of these are known by their ids; a power of two. */
const QUEUED_KNOWN = 4096;
/** No stack is due for so many creations. */
const NEVER = 0x3fffffff;

/**
 * Records what begins, runs and settles. Two ways, by what the Node at hand can do:
 *
 * - where `createHook({ trackPromises: false })` is honoured (24 and later), promises come from `v8.promiseHooks` with
 *   ids of our own (odd), everything else from `async_hooks` (even ids);
 * - before that, `async_hooks` reports both, and `v8.promiseHooks` only tells which promises settled.
 *
 * Nothing in the callbacks may throw: Node ends the process when a hook does.
 */
export function createHooks(ports: HookPorts): Hooks {
  const {
    asyncHooks,
    v8,
    ring,
    pending,
    follows,
    now,
    time,
    onSampledInit,
    onWatchedInit,
    onHandle,
    onPoolTask,
  } = ports;
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

  /** The first word of the event that tells of a creation, with {@link HANDLE}, {@link POOL_TASK} or {@link QUEUED} where it is one. */
  const initWord = (type: string): number => {
    const known = types.get(type);
    if (known !== undefined) return known;
    const i = types.size + 1;
    const kind = HANDLES.has(type) ? HANDLE : runsInPool(type) ? POOL_TASK : QUEUES.has(type) ? QUEUED : 0;
    const word = Op.Init | (i << 8) | kind;
    types.set(type, word);
    ports.onType(i, type);
    return word;
  };
  const promiseInit = initWord('PROMISE') & ~QUEUED;
  const tickWord = initWord('TickObject');

  // Creations until the next one that is sampled: hooks count it down.
  let gap = NEVER;
  let drawn = NEVER;
  let every = 0;
  let made = 0;
  const draw = (): void => {
    // At random distances, so that nothing that happens every so many creations is missed or met each time.
    made += drawn - gap;
    drawn = gap = every === 0 ? NEVER : every === 1 ? 1 : 1 + Math.floor(Math.random() * (2 * every - 1));
  };
  let watched = 0;
  const watch = (id: number): void => {
    watched--;
    onWatchedInit(id);
  };
  const sampled = (id: number): void => {
    const weight = every;
    draw();
    if (weight > 0) onSampledInit(id, weight);
  };

  const queued = new Int32Array(QUEUED_KNOWN);
  /** Something that we were told of has ended: what is queued begins when that did, and needs no reading of the clock. */
  let ended = false;
  const timeOf = (id: number): number =>
    depth === 0 && ended && queued[(id >> 1) & (QUEUED_KNOWN - 1)] === id ? time() : now();

  const begin = (id: number, at: number): void => {
    if (depth < MAX_DEPTH) stack[depth] = current;
    depth++;
    current = id;
    ctl[Execution] = (ctl[Execution]! + 1) | 0;
    ctl[Depth] = depth;
    put(Before, id, at, 0);
  };
  const end = (id: number): void => {
    put(After, id, now(), 0);
    ended = true;
    // An `after` without its `before`: it began before we came.
    if (depth === 0) return;
    depth--;
    current = depth === 0 || depth >= MAX_DEPTH ? 0 : stack[depth]!;
    ctl[Depth] = depth;
  };

  const onSettled = (promise: object): void => {
    const id = pending.settle(promise);
    if (id === 0 || id === OWN) return;
    follows.settled(id);
    put(Settled, id, time() | 0, current);
  };

  /** Nearly always the first comparison tells: what runs is newer than what we made at the last heartbeat. */
  const isOurs = (asyncId: number): boolean =>
    asyncId <= newestOwn && (asyncId === ignored || own.has(asyncId));

  const resourceHooks: AsyncHooks.HookCallbacks & { trackPromises?: boolean } = {
    init: (asyncId: number, type: string, trigger: number, resource: Resource) => {
      if (muted) {
        own.add(asyncId);
        newestOwn = asyncId;
        return;
      }
      const id = relative(asyncId);
      if (type === 'PROMISE') {
        const parent = relative(trigger);
        put(promiseInit, id, parent, current);
        queued[(id >> 1) & (QUEUED_KNOWN - 1)] = id;
        // Without a parent, its trigger is what is under way.
        if (parent === current) pending.add(resource, id, time() | 0, 0, undefined);
        else pending.add(resource, id, time() | 0, parent, follows.add(id, parent));
      } else {
        const word = type === 'TickObject' ? tickWord : initWord(type);
        put(word & ~(HANDLE | POOL_TASK | QUEUED), id, relative(trigger), current);
        if (word < 0) onHandle(id, type, resource);
        else if ((word & QUEUED) !== 0) queued[(id >> 1) & (QUEUED_KNOWN - 1)] = id;
        else if ((word & POOL_TASK) !== 0) onPoolTask(id, type);
      }
      if (--gap <= 0) sampled(id);
      if (watched > 0) watch(id);
    },
    before: (asyncId: number) => {
      if (isOurs(asyncId)) return;
      const id = relative(asyncId);
      begin(id, timeOf(id));
    },
    after: (asyncId: number) => {
      if (isOurs(asyncId)) return;
      end(relative(asyncId));
    },
  };
  if (separate) resourceHooks.trackPromises = false;

  const hook = asyncHooks.createHook(resourceHooks);
  const promiseHooks = separate
    ? {
        init: (promise: object, parent: object | undefined) => {
          if (muted) {
            pending.disown(promise);
            return;
          }
          const id = (++promises * 2 + 1) | 0;
          const followed = parent === undefined ? 0 : pending.idOf(parent);
          put(promiseInit, id, followed, current);
          const site = followed === 0 ? undefined : follows.add(id, followed);
          pending.add(promise, id, time() | 0, followed, site);
          if (--gap <= 0) sampled(id);
          if (watched > 0) watch(id);
        },
        before: (promise: object) => {
          const id = pending.idOf(promise);
          if (id !== OWN) begin(id, depth === 0 && ended ? time() : now());
        },
        after: (promise: object) => {
          const id = pending.idOf(promise);
          if (id !== OWN) end(id);
        },
        settled: onSettled,
      }
    : { settled: onSettled };

  let stopPromises: (() => void) | undefined;
  const record = (graph: 'on' | 'off'): void => {
    if (graph === 'on') {
      if (stopPromises) return;
      stopPromises = (v8.promiseHooks.createHook as unknown as (callbacks: object) => () => void)(
        promiseHooks,
      );
      hook.enable();
      return;
    }
    if (!stopPromises) return;
    hook.disable();
    stopPromises();
    stopPromises = undefined;
    // What settles from here on is not seen: nothing may be taken for pending that was pending now.
    pending.clear();
    depth = 0;
    current = 0;
    ctl[Depth] = 0;
    put(Op.Dropped, 0, now(), 0);
  };

  return {
    current: () => current,
    relative,
    record,
    sampleInits: (share) => {
      every = share;
      draw();
      const count = made;
      made = 0;
      return count;
    },
    watchInits: (count) => {
      watched = count;
    },
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
      // The number that it gets is known only to a hook.
      if (!stopPromises) hook.enable();
      try {
        return create();
      } finally {
        if (!stopPromises) hook.disable();
        muted = false;
        ignored = newestOwn;
      }
    },
    stop: () => {
      hook.disable();
      stopPromises?.();
      stopPromises = undefined;
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
  void NativePromise.resolve();
  hook.disable();
  return !seen;
}

/** The newest id that Node has given out: resources up to it are older than the attach. */
function newestAsyncId(asyncHooks: typeof AsyncHooks): number {
  const probe = new asyncHooks.AsyncResource('LOOPLENS', { requireManualDestroy: true });
  return probe.asyncId();
}
