import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import type * as Vm from 'node:vm';
import { NativePromise } from './native-promise.ts';

/** Collecting a larger heap would hold the program for longer than a heartbeat or two, bytes. */
const MAX_HEAP = 100e6;

/** Who is still there? `unknown`: it was not asked. */
export type Reach = 'unknown' | 'held' | 'gone';

/** Whether somebody still holds some objects, in their order. Nobody but the references may hold them here. */
export type WhoIsHeld = (references: readonly WeakRef<object>[]) => Promise<Reach[]>;

/** By a garbage collection. */
export function findHolders(require: NodeJS.Require, timers: typeof Timers): WhoIsHeld {
  const v8 = require('node:v8') as typeof V8;
  const vm = require('node:vm') as typeof Vm;
  return async (references) => {
    // A promise that settles meanwhile is needed no more, and collected for that.
    const settled = new Set<number>();
    const stop = v8.promiseHooks.onSettled((promise) => {
      const at = references.findIndex((reference) => reference.deref() === promise);
      if (at >= 0) settled.add(at);
    }) as () => void;
    try {
      const reaches = await collect(references, () => collectGarbage(v8, vm), timers);
      return reaches.map((reach, i) => (settled.has(i) ? 'unknown' : reach));
    } finally {
      stop();
    }
  };
}

function collect(
  references: readonly WeakRef<object>[],
  collectNow: () => void,
  timers: typeof Timers,
): Promise<Reach[]> {
  const unknown = references.map((): Reach => 'unknown');
  if (references.length === 0 || process.memoryUsage().heapUsed > MAX_HEAP)
    return NativePromise.resolve(unknown);
  return new NativePromise<Reach[]>((resolve) => {
    // Until the end of the job in which it was made or asked, a reference holds its object: this begins a job of its own.
    timers.setImmediate(() => {
      try {
        collectNow();
        resolve(references.map((reference) => (reference.deref() === undefined ? 'gone' : 'held')));
      } catch {
        // No flag may be changed any more.
        resolve(unknown);
      }
    });
  });
}

/**
 * V8's own `gc()`, which a new context has while the flag is set. The inspector's `HeapProfiler.collectGarbage` collects all that
 * it can, several times over, and shrinks the young generation, which does not grow again for a program that keeps little: it
 * then collects twice as often for the rest of its life.
 */
function collectGarbage(v8: typeof V8, vm: typeof Vm): void {
  const isExposed = typeof (globalThis as { gc?: unknown }).gc === 'function';
  if (!isExposed) v8.setFlagsFromString('--expose-gc');
  try {
    (vm.runInNewContext('gc') as () => void)();
  } finally {
    if (!isExposed) v8.setFlagsFromString('--no-expose-gc');
  }
}
