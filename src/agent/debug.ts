// What the debugger keeps inside a thread of the user's process: what decides about breakpoints where they are hit, and
// what makes the breakpoints on asynchrony possible. It must never throw into the program and never keep it alive.
import type * as AsyncHooks from 'node:async_hooks';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type * as Fs from 'node:fs';
import type * as Http from 'node:http';
import type * as PerfHooks from 'node:perf_hooks';
import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import { createStackReader } from './async-stack.ts';
import type { DebugMessage, Watches } from './debug-protocol.ts';
import { DEBUG_KEY } from './debug-protocol.ts';
import { watchLostContext } from './lost-context.ts';
import type { RawFrame } from './protocol.ts';
import { parseStack } from './stacks.ts';

/** What the debugger calls; found under a registered symbol of the global object. */
export interface DebugSupport {
  /** Counts a hit of a breakpoint and tells whether it stops. */
  hit: (id: number, operator: string, count: number) => boolean;
  /** Says the text of a log point. */
  log: (id: number, pieces: unknown[]) => void;
  /** Tells of a condition that threw. */
  failed: (id: number, error: unknown) => void;
  /** From the microtask on that is queued now, `armed` is `token`. */
  arm: (token: number) => void;
  armed: number;
  /** What is running for how long, ms; 0 where nothing is. */
  ages: () => { loop: number; callback: number; microtasks: number };
  /** The loop was held by a stop: what is measured begins anew. */
  reset: () => void;
  /** True inside a request that this process is serving. */
  inRequest: () => boolean;
  /** Functions that hold the loop until they are done, those of Node's modules. */
  syncFunctions: () => ((...args: never[]) => unknown)[];
  /** Whether a module's file says that it was built from others. */
  isBuilt: (file: string) => boolean;
  /** The debugger has stopped for this error. */
  told: (error: object) => void;
  /** What led to an error that the debugger has not stopped for; null where it has. */
  untold: (error: unknown) => RawFrame[] | null;
  /** Sets what is watched; what is undefined is not. */
  watch: (watches: Watches) => void;
  stop: () => void;
}

/** `null` when a debugger of ours is in this thread already. */
export function start(require: NodeJS.Require | undefined, bindingName: string): DebugSupport | null {
  const scope = globalThis as unknown as Record<string | symbol, unknown>;
  const key = Symbol.for(DEBUG_KEY);
  const binding = scope[bindingName] as (payload: string) => void;
  Reflect.deleteProperty(scope, bindingName);
  if (scope[key]) return null;

  const say = (message: DebugMessage): void => binding(JSON.stringify(message));
  const inspect = (
    require?.('node:util') as { inspect: (value: unknown, options: object) => string } | undefined
  )?.inspect;
  const show = (value: unknown): string => {
    if (typeof value === 'string') return value;
    try {
      return inspect
        ? inspect(value, { depth: 2, breakLength: 120, getters: false, customInspect: false })
        : String(value);
    } catch {
      return '(cannot be shown)';
    }
  };
  const hits = new Map<number, number>();
  const told = new WeakSet<object>();
  const fs = require?.('node:fs') as typeof Fs | undefined;
  const watching = require && startWatching(require);

  const support: DebugSupport = {
    hit: (id, operator, count) => {
      const n = (hits.get(id) ?? 0) + 1;
      hits.set(id, n);
      return compare(n, operator, count);
    },
    log: (id, pieces) => say({ t: 'log', id, text: pieces.map(show).join('') }),
    failed: (id, error) => say({ t: 'failed', id, text: show(error) }),
    armed: 0,
    arm: (token) => {
      void Promise.resolve().then(() => {
        support.armed = token;
      });
    },
    ages: watching?.ages ?? (() => ({ loop: 0, callback: 0, microtasks: 0 })),
    reset: watching?.reset ?? (() => undefined),
    inRequest: watching?.inRequest ?? (() => false),
    syncFunctions: () => (require ? syncFunctions(require) : []),
    isBuilt: (file) => fs !== undefined && isBuilt(fs, file),
    told: (error) => void told.add(error),
    untold: (error) => (told.has(error as object) ? null : originOf(error)),
    watch: watching?.watch ?? (() => undefined),
    stop: () => {
      watching?.watch({});
      Reflect.deleteProperty(scope, key);
    },
  };
  Object.defineProperty(scope, key, { value: support, configurable: true, enumerable: false });
  return support;
}

function compare(n: number, operator: string, count: number): boolean {
  switch (operator) {
    case '>':
      return n > count;
    case '>=':
      return n >= count;
    case '<':
      return n < count;
    case '<=':
      return n <= count;
    case '%':
      return count > 0 && n % count === 0;
    default:
      return n === count;
  }
}

/** How often the heartbeat beats, ms. */
const BEAT_MS = 10;
/** More pending promises than this are not followed. */
const MAX_PENDING = 100_000;

interface Watching {
  ages: DebugSupport['ages'];
  reset: () => void;
  inRequest: () => boolean;
  watch: (watches: Watches) => void;
}

function startWatching(require: NodeJS.Require): Watching {
  const { performance } = require('node:perf_hooks') as typeof PerfHooks;
  const { setInterval, clearInterval } = require('node:timers') as typeof Timers;
  const asyncHooks = require('node:async_hooks') as typeof AsyncHooks;
  const diagnostics = require('node:diagnostics_channel') as typeof DiagnosticsChannel;
  const v8 = require('node:v8') as typeof V8;
  const http = require('node:http') as typeof Http;
  const now = performance.now.bind(performance);

  let lastBeat = 0;
  let callbackSince = 0;
  let callbackEnd = 0;
  let drainSince = 0;
  let ends: (() => void)[] = [];
  const requests = new asyncHooks.AsyncLocalStorage<object>();

  const every = (ms: number, run: () => void): void => {
    const timer = setInterval(run, ms).unref();
    ends.push(() => clearInterval(timer));
  };

  const watchLoop = (): void => {
    lastBeat = now();
    every(BEAT_MS, () => (lastBeat = now()));
    ends.push(() => (lastBeat = 0));
  };

  const watchCallbacks = (): void => {
    const microtasks = new WeakSet<object>();
    let depth = 0;
    const hook = asyncHooks.createHook({
      init: (_id, type, _trigger, resource: object) => {
        if (type === 'Microtask' || type === 'TickObject') microtasks.add(resource);
      },
      before: () => {
        const at = now();
        if (depth++ === 0) callbackSince = at;
        const resource = asyncHooks.executionAsyncResource();
        if (!(resource instanceof Promise) && !microtasks.has(resource)) drainSince = 0;
        else if (drainSince === 0) drainSince = at;
      },
      after: () => {
        if (--depth <= 0) {
          depth = 0;
          callbackSince = 0;
          callbackEnd = now();
        }
      },
    });
    hook.enable();
    // A turn of the loop ends every drain: this callback is none of a microtask.
    every(BEAT_MS, () => undefined);
    ends.push(() => {
      hook.disable();
      callbackSince = 0;
      drainSince = 0;
    });
  };

  const watchPromises = (limitMs: number): void => {
    const since = new Map<object, number>();
    let own = false;
    const readAsyncStack = createStackReader();
    const forget = (promise: object): boolean => since.delete(promise);
    const stop = v8.promiseHooks.createHook({
      init: (promise) => {
        if (!own && since.size < MAX_PENDING) since.set(promise, now());
      },
      settled: (promise) => void forget(promise),
    }) as unknown as () => void;
    every(Math.max(BEAT_MS, Math.min(250, limitMs / 4)), () => {
      const limit = now() - limitMs;
      for (const [promise, at] of since) {
        if (at > limit) break;
        // Said once; who is not awaited by anybody is not waited for.
        since.delete(promise);
        own = true;
        readAsyncStack(promise, (frames) => {
          if (frames.length > 0) stopHere('promise-pending');
        });
        own = false;
        break;
      }
    });
    ends.push(stop, () => since.clear());
  };

  const watchRejections = (): void => {
    const original = Object.getOwnPropertyDescriptor(process, 'emit');
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its receiver below
    const emit = process.emit as (...args: unknown[]) => boolean;
    Object.defineProperty(process, 'emit', {
      configurable: true,
      writable: true,
      enumerable: false,
      value: function (this: unknown, ...args: unknown[]): boolean {
        if (args[0] === 'unhandledRejection') stopHere('unhandled-rejection', args[1], originOf(args[1]));
        return emit.apply(this, args);
      },
    });
    ends.push(() => {
      if (original) Object.defineProperty(process, 'emit', original);
      else Reflect.deleteProperty(process, 'emit');
    });
  };

  const watchRequests = (): void => {
    const enter = (): void => requests.enterWith({});
    diagnostics.subscribe('http.server.request.start', enter);
    ends.push(() => {
      diagnostics.unsubscribe('http.server.request.start', enter);
      requests.disable();
    });
  };

  const age = (since: number, at: number): number => (since === 0 ? 0 : at - since);
  return {
    ages: () => {
      const at = now();
      // Between one microtask and the next no callback runs.
      const running = callbackSince !== 0 || at - callbackEnd < BEAT_MS;
      return {
        loop: age(lastBeat, at),
        callback: age(callbackSince, at),
        microtasks: running ? age(drainSince, at) : 0,
      };
    },
    reset: () => {
      const at = now();
      if (lastBeat !== 0) lastBeat = at;
      if (callbackSince !== 0) callbackSince = at;
      if (drainSince !== 0) drainSince = at;
    },
    inRequest: () => requests.getStore() !== undefined,
    watch: (watches) => {
      for (const end of ends) end();
      ends = [];
      if (watches.loop) watchLoop();
      if (watches.callbacks) watchCallbacks();
      if (watches.pendingMs !== undefined) watchPromises(watches.pendingMs);
      if (watches.rejections) watchRejections();
      if (watches.requests) watchRequests();
      if (watches.context) {
        ends.push(
          watchLostContext({ asyncHooks, diagnostics, http }, (why) => stopHere('context-lost', why)),
        );
      }
    },
  };
}

/** Where the program stops for a reason of ours: the debugger knows this function and its arguments. */
function stopHere(_reason: string, _value?: unknown, _origin?: RawFrame[]): void {
  debugger;
}

/** Where an error was made, with the functions that awaited it; [] for what is no error. */
function originOf(error: unknown): RawFrame[] {
  try {
    const { stack } = error as { stack?: unknown };
    return typeof stack === 'string' ? parseStack(stack) : [];
  } catch {
    return [];
  }
}

function isBuilt({ readFileSync }: typeof Fs, file: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes('//# sourceMappingURL=');
  } catch {
    return false;
  }
}

const SYNC_MODULES = ['fs', 'child_process', 'crypto', 'zlib'];
/** They only look at what is known, and modules call them on every way. */
const HARMLESS = new Set(['existsSync', 'realpathSync', 'statSync', 'lstatSync', 'fstatSync']);

function syncFunctions(require: NodeJS.Require): ((...args: never[]) => unknown)[] {
  return SYNC_MODULES.flatMap((name) => {
    const module = require(`node:${name}`) as Record<string, unknown>;
    return Object.keys(module)
      .filter((key) => key.endsWith('Sync') && !HARMLESS.has(key))
      .map((key) => module[key])
      .filter((value): value is (...args: never[]) => unknown => typeof value === 'function');
  });
}
