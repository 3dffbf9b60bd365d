import { NativePromise } from './native-promise.ts';
import type { RawFrame } from './protocol.ts';
import { readStack } from './stacks.ts';

/** Frames of one async stack at most. */
const LIMIT = 40;

/** Reads the stack of everything that waits for `promise`; `done` runs in a microtask. */
export type ReadAsyncStack = (promise: object, done: (frames: RawFrame[]) => void) => void;

/**
 * Reads the exact stack of everything that waits for a promise, without touching the promise.
 *
 * When an Error is made inside a promise reaction, V8 appends the async stack of the promise which that reaction will
 * settle. A species constructor may answer any object as that promise, so a reaction of ours can pretend to settle
 * `promise`: its awaiting functions then follow in the error's stack. `promise` gets no reaction and is never settled.
 * Empty when nobody awaits it, or when two or more do: V8 stops there.
 *
 * The species comes by the prototype of our own promise: an own `constructor`, or a species of Promise itself, would switch
 * off V8's fast paths for all promises of the process, and for good.
 *
 * What it answers must be called inside `unrecorded`. Costs four promises.
 */
export function createStackReader(): ReadAsyncStack {
  const noop = (): void => undefined;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on promises below
  const then = NativePromise.prototype.then;
  let target: object;
  const Pretend = function (executor: (resolve: () => void, reject: () => void) => void) {
    executor(noop, noop);
    return target;
  };
  const pretending = Object.create(NativePromise.prototype, {
    constructor: { value: { [Symbol.species]: Pretend } },
  }) as object;
  return (promise, done) => {
    const step = then.call(NativePromise.resolve(), () => {
      done(readStack('async', LIMIT));
    });
    Object.setPrototypeOf(step, pretending);
    target = promise;
    void then.call(step, noop, noop);
    target = step;
  };
}

/** The trick needs V8's own `then`; with a patched one, our promises would run through the program's code. */
export function canReadAsyncStacks(): boolean {
  const native = 'function then() { [native code] }';
  // eslint-disable-next-line @typescript-eslint/unbound-method -- only its source is read
  return Function.prototype.toString.call(NativePromise.prototype.then) === native;
}
