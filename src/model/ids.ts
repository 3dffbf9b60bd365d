import type { Brand } from '../base/brand.ts';

/**
 * An async resource or promise within one recording of one thread. 0 = none or unknown origin (older than the attach).
 * Resources of `async_hooks` are even, promises that only `v8.promiseHooks` saw are odd; below zero: older than the attach.
 */
export type AsyncId = Brand<number, 'AsyncId'>;

/** Index into {@link RecordingTables.stacks}. */
export type StackId = Brand<number, 'StackId'>;

/** Index into {@link RecordingTables.frames}. */
export type FrameId = Brand<number, 'FrameId'>;

/** A request, message or job within one thread, counted from 1. */
export type RequestId = Brand<number, 'RequestId'>;
