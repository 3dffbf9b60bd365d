import type { HeapObjectId } from '../model/task.ts';

/** An object of the process that we hold a handle of; given back by {@link HeapThread.release}. */
export type RemoteHandle = string & { readonly __brand: 'RemoteHandle' };

/** The heap of a process, as whoever looks into it needs it: no protocol, no sockets. */
export interface HeapPort {
  readonly pid: number;
  /** As `process.version`. */
  readonly node: string;
  /** The main thread first, then the workers, also those that workers started. */
  threads(): Promise<HeapThread[]>;
  /** Gives back everything that was held in the process. The connection stays open. */
  close(): Promise<void>;
}

/**
 * One thread of the process. Whatever runs there is silent: it does not stop a user who breaks on exceptions.
 * Every method rejects with an `Error` when the thread does not answer within `timeoutMs`, or has ended.
 */
export interface HeapThread {
  /** `main`, or the inspector's number of the worker. */
  readonly id: string;
  readonly name: string;
  /** Size of the JavaScript heap in use, bytes. */
  heapUsed(timeoutMs: number): Promise<number>;
  /** Ids of the execution contexts: the thread's own first, then those of `vm`. */
  contexts(): Promise<number[]>;
  /** All promises that live in a context (`own`: the thread's), as one array; costs a garbage collection. */
  promises(context: number | 'own', timeoutMs: number): Promise<RemoteHandle>;
  /** Calls `source`, the text of a function, with `this` and gives what it (or its promise) answers, as JSON. */
  call<T>(target: RemoteHandle, source: string, answer: 'value' | 'promise', timeoutMs: number): Promise<T>;
  /** Number of an object in the newest snapshot. Known only after that snapshot was taken. */
  heapObjectId(object: RemoteHandle, timeoutMs: number): Promise<HeapObjectId>;
  /** Where a suspended generator stands: lines and columns from 1. Walks the whole heap. */
  generatorPlace(
    generator: HeapObjectId,
    timeoutMs: number,
  ): Promise<{ line: number; column: number } | undefined>;
  /**
   * Takes a snapshot of the heap, with internals, and hands it on as it comes: parts of one JSON text. The thread is
   * held meanwhile. Ends early, without harm, when `signal` is aborted: the rest is not handed on.
   */
  snapshot(onChunk: (text: string) => void, options?: SnapshotOptions): Promise<void>;
  /** Gives back all handles. */
  release(): Promise<void>;
}

export interface SnapshotOptions {
  signal?: AbortSignal | undefined;
  /** A thread that has not begun by then is given up, ms. Default: with the time that a whole snapshot may take. */
  beginMs?: number | undefined;
}
