// Remembers in a thread of the user's process where async functions were called. The debugger puts it in; whoever reads the
// tasks of the process asks it. It must never throw into the program and never keep it, or what it runs, alive.
import type * as PerfHooks from 'node:perf_hooks';
import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import { CREATIONS_KEY } from './debug-protocol.ts';
import type { CreationSite } from './debug-protocol.ts';

/** What is found under a registered symbol of the global object. */
export interface Creations {
  /** Where the async function was called that each promise belongs to; null for what is not remembered. */
  sites: (promises: readonly object[]) => (CreationSite | null)[];
  stop: () => void;
}

/**
 * Of more promises than this in {@link WINDOW_MS} the first ones are remembered, and V8 is not asked to tell of the others,
 * which alone would make a program of many promises twice as slow. Some 10 µs each, so 3 % of the time.
 */
const MAX_IN_WINDOW = 300;
const WINDOW_MS = 100;
/** The called function, who called it, and some of Node's own between the two. */
const FRAMES = 6;

/** The parts of V8's CallSite that are used. */
interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getPosition(): number;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  isAsync(): boolean;
  /** Where the function begins; absent in some versions. */
  getEnclosingLineNumber?(): number | null;
  getEnclosingColumnNumber?(): number | null;
}

/** `null` when the thread has one already, or its Node cannot. */
export function start(require: NodeJS.Require): Creations | null {
  const scope = globalThis as unknown as Record<symbol, unknown>;
  const key = Symbol.for(CREATIONS_KEY);
  if (scope[key]) return null;
  const { promiseHooks } = require('node:v8') as typeof V8;
  const { performance } = require('node:perf_hooks') as typeof PerfHooks;
  const { setTimeout, clearTimeout } = require('node:timers') as typeof Timers;
  const now = performance.now.bind(performance);

  // A promise leads to a number alone: a stack would keep its functions alive, and whoever looks for what holds a
  // resolver would find it there.
  const siteOf = new WeakMap<object, number>();
  const table: CreationSite[] = [];
  const known = new Map<string, number>();
  let since = now();
  let count = 0;
  let own = false;
  let unhook: (() => void) | undefined;
  let rest: NodeJS.Timeout | undefined;

  const listen = (): void => {
    rest = undefined;
    since = now();
    count = 0;
    unhook = promiseHooks.createHook({ init }) as unknown as () => void;
  };
  const pause = (ms: number): void => {
    unhook?.();
    unhook = undefined;
    rest = setTimeout(listen, ms).unref();
  };

  const read = (_error: unknown, sites: CallSite[]): number => {
    // The first one is the called function; built-ins between (`ids.map(load)`) are in no file.
    const caller = sites.find((site, k) => k > 0 && !site.isAsync() && site.getScriptNameOrSourceURL());
    if (!caller) return -1;
    const url = caller.getScriptNameOrSourceURL() ?? '';
    const name = `${String(caller.getPosition())} ${url}`;
    let number = known.get(name);
    if (number === undefined) {
      const [line, column] = [caller.getLineNumber() ?? 0, caller.getColumnNumber() ?? 0];
      const first = caller.getEnclosingLineNumber?.() === 1 && caller.getEnclosingColumnNumber?.() === 1;
      const called = caller.getFunctionName() ?? (first ? '(top level)' : '');
      number = table.push({ function: called, url, line, column }) - 1;
      known.set(name, number);
    }
    return number;
  };

  const init = (promise: object): void => {
    if (own || rest) return;
    own = true;
    if (++count > MAX_IN_WINDOW) {
      const left = since + WINDOW_MS - now();
      if (left > 0) pause(left);
      else [since, count] = [now(), 1];
    }
    // eslint-disable-next-line @typescript-eslint/unbound-method -- only put back
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      const holder: { stack?: unknown } = {};
      Error.stackTraceLimit = FRAMES;
      Error.prepareStackTrace = read;
      Error.captureStackTrace(holder, init);
      const number = holder.stack;
      if (typeof number === 'number' && number >= 0) siteOf.set(promise, number);
    } catch {
      // Frozen intrinsics, or a stack that is about to overflow: this one is not remembered.
    }
    try {
      Error.stackTraceLimit = stackTraceLimit;
      // Absent by default; assigning undefined would leave a property behind.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the types think that it is always there
      if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Error.prepareStackTrace = prepareStackTrace;
    } catch {
      // Frozen: nothing was changed above either.
    }
    own = false;
  };
  listen();

  const creations: Creations = {
    sites: (promises) =>
      promises.map((promise) => {
        const number = siteOf.get(promise);
        return number === undefined ? null : (table[number] ?? null);
      }),
    stop: () => {
      clearTimeout(rest);
      unhook?.();
      Reflect.deleteProperty(scope, key);
    },
  };
  Object.defineProperty(scope, key, { value: creations, configurable: true, enumerable: false });
  return creations;
}
