import type * as Inspector from 'node:inspector';
import type * as Timers from 'node:timers';
import type * as V8 from 'node:v8';
import { NativePromise } from './native-promise.ts';

/** Collecting a larger heap would hold the program for longer than a heartbeat or two, bytes. */
const MAX_HEAP = 100e6;

/** Who is still there? `unknown`: it was not asked. */
export type Reach = 'unknown' | 'held' | 'gone';

/** Whether somebody still holds some objects, in their order. Nobody but the references may hold them here. */
export type WhoIsHeld = (references: readonly WeakRef<object>[]) => Promise<Reach[]>;

/** By a garbage collection, where the process has an inspector. */
export function findHolders(require: NodeJS.Require, timers: typeof Timers): WhoIsHeld {
  let inspector: typeof Inspector | undefined;
  try {
    inspector = require('node:inspector') as typeof Inspector;
  } catch {
    // A build of Node without one.
  }
  const { promiseHooks } = require('node:v8') as typeof V8;
  return async (references) => {
    // A promise that settles meanwhile is needed no more, and collected for that.
    const settled = new Set<number>();
    const stop = promiseHooks.onSettled((promise) => {
      const at = references.findIndex((reference) => reference.deref() === promise);
      if (at >= 0) settled.add(at);
    }) as () => void;
    try {
      const reaches = await collect(references, inspector, timers);
      return reaches.map((reach, i) => (settled.has(i) ? 'unknown' : reach));
    } finally {
      stop();
    }
  };
}

async function collect(
  references: readonly WeakRef<object>[],
  inspector: typeof Inspector | undefined,
  timers: typeof Timers,
): Promise<Reach[]> {
  const unknown = references.map((): Reach => 'unknown');
  if (!inspector || references.length === 0 || process.memoryUsage().heapUsed > MAX_HEAP) return unknown;
  // Until the end of the job in which it was made, a reference holds its object.
  await new NativePromise<void>((resolve) => timers.setImmediate(resolve));
  const session = new inspector.Session();
  try {
    session.connect();
    // V8 collects in a task of its own, and answers then.
    const failed = await new NativePromise<Error | null>((resolve) => {
      session.post('HeapProfiler.collectGarbage', resolve);
    });
    if (failed) return unknown;
  } catch {
    // The permission model forbids it.
    return unknown;
  } finally {
    session.disconnect();
  }
  return references.map((reference) => (reference.deref() === undefined ? 'gone' : 'held'));
}
