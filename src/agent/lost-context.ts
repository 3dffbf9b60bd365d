import type * as AsyncHooks from 'node:async_hooks';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type * as Http from 'node:http';
import { readStack } from './stacks.ts';

/** Places in the program that are remembered; the ones seen first stay. */
const MAX_PLACES = 10_000;

type Store = AsyncHooks.AsyncLocalStorage<unknown>;

/** What is known of a place that reads a store. */
interface Place {
  /** Reads that gave a store. */
  good: number;
  /** Some read there gave none: the place may be called without a store. */
  mixed: boolean;
}

/** Node's modules that the watch needs. */
export interface ContextModules {
  asyncHooks: typeof AsyncHooks;
  diagnostics: typeof DiagnosticsChannel;
  http: typeof Http;
}

/**
 * Tells when the async context is lost, which all stores of `AsyncLocalStorage` live in. Two signs that need no guess:
 * an HTTP answer is begun outside of the context that its request came in; and a place that has only ever read a store
 * reads none.
 *
 * Two methods of prototypes are replaced while it lasts. What is called by others is not counted twice: a place speaks once.
 * @param lost runs in the code that lost it
 * @returns takes it all back
 */
export function watchLostContext(
  { asyncHooks, diagnostics, http }: ContextModules,
  lost: (why: string) => void,
): () => void {
  const own = new asyncHooks.AsyncLocalStorage<object>();
  const tokens = new WeakMap<object, object>();
  const places = new Map<string, Place>();

  const enter = (message: unknown): void => {
    const { response } = message as { response?: object };
    const token = {};
    if (response) tokens.set(response, token);
    own.enterWith(token);
  };
  diagnostics.subscribe('http.server.request.start', enter);

  const restore = [
    ...(['writeHead', 'end'] as const).map((name) =>
      replace(http.ServerResponse.prototype, name, (original) => {
        return function (this: Http.ServerResponse, ...args: unknown[]): unknown {
          const token = this.headersSent ? undefined : tokens.get(this);
          if (token) {
            tokens.delete(this);
            const now = own.getStore();
            if (now !== token) lost(answerWords(this, now === undefined ? 'none' : 'other'));
          }
          return Reflect.apply(original, this, args);
        };
      }),
    ),
    replace(asyncHooks.AsyncLocalStorage.prototype, 'getStore', (original) => {
      return function (this: Store): unknown {
        const store: unknown = Reflect.apply(original, this, []);
        if ((this as unknown) !== own) look(store);
        return store;
      };
    }),
  ];

  function look(store: unknown): void {
    const key = placeOfReader();
    if (key === undefined) return;
    let place = places.get(key);
    if (!place) {
      if (places.size >= MAX_PLACES) return;
      places.set(key, (place = { good: 0, mixed: false }));
    }
    if (store !== undefined) place.good++;
    else if (!place.mixed) {
      place.mixed = true;
      if (place.good > 0) lost(readWords(place.good));
    }
  }

  return () => {
    for (const back of restore) back();
    diagnostics.unsubscribe('http.server.request.start', enter);
    own.disable();
  };
}

function answerWords({ req }: Http.ServerResponse, context: 'none' | 'other'): string {
  const request = `${req.method ?? 'a request'} ${req.url ?? ''}`.trim().slice(0, 200);
  return context === 'none'
    ? `${request} is answered outside of its async context: AsyncLocalStorage has no store here`
    : `${request} is answered in the async context of another request: AsyncLocalStorage has its stores here`;
}

function readWords(good: number): string {
  const before = good === 1 ? 'the read before gave one' : `all ${good} reads before gave one`;
  return `AsyncLocalStorage has no store here, where ${before}`;
}

/** The place that called `getStore`: of a function that only reads it for others, that one. */
function placeOfReader(): string | undefined {
  const [reader] = readStack('all', OWN_FRAMES + 1);
  return reader && `${reader[1]}:${reader[2]}:${reader[3]}`;
}

/** Calls of ours on top, at most. */
const OWN_FRAMES = 5;

type Method = (this: never, ...args: unknown[]) => unknown;

/** Replaces a method of a prototype; what it answers puts things back as they were, unless somebody else replaced it since. */
function replace(prototype: object, name: string, make: (original: Method) => Method): () => void {
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const original = (prototype as Record<string, Method>)[name]!;
  const value = make(original);
  Object.defineProperty(prototype, name, {
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
    value,
  });
  return () => {
    if ((prototype as Record<string, unknown>)[name] !== value) return;
    if (own) Object.defineProperty(prototype, name, own);
    else Reflect.deleteProperty(prototype, name);
  };
}
