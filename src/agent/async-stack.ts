import { NativePromise } from './native-promise.ts';
import type { RawFrame } from './protocol.ts';
import { readStack } from './stacks.ts';

/** Frames of one async stack at most. */
const LIMIT = 40;

/**
 * Reads the exact stack of everything that waits for a promise, without touching the promise.
 *
 * When an Error is made inside a promise reaction, V8 appends the async stack of the promise which that reaction will
 * settle. A species constructor may answer any object as that promise, so a reaction of ours can pretend to settle
 * `promise`: its awaiting functions then follow in the error's stack. `promise` gets no reaction and is never settled.
 * Empty when nobody awaits it, or when two or more do: V8 stops there.
 *
 * Must be called inside `unrecorded`; `done` runs in a microtask. Costs four promises.
 */
export function readAsyncStack(promise: object, done: (frames: RawFrame[]) => void): void {
  const noop = (): void => undefined;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on promises below
  const then = NativePromise.prototype.then;
  const Pretend = function (executor: (resolve: () => void, reject: () => void) => void) {
    executor(noop, noop);
    return promise;
  };
  const step = then.call(NativePromise.resolve(), () => {
    done(readStack('async', LIMIT));
  });
  void Object.defineProperty(step, 'constructor', { value: { [Symbol.species]: Pretend } });
  void then.call(step, noop, noop);
}

/** The trick needs V8's own `then`; with a patched one, our promises would run through the program's code. */
export function canReadAsyncStacks(): boolean {
  const native = 'function then() { [native code] }';
  // eslint-disable-next-line @typescript-eslint/unbound-method -- only its source is read
  return Function.prototype.toString.call(NativePromise.prototype.then) === native;
}
