import type * as AsyncHooks from 'node:async_hooks';
import type { Hooks } from './hooks.ts';
import type { RawContextSample, RawFrame } from './protocol.ts';
import { readStack } from './stacks.ts';
import type { StackTable } from './stacks.ts';

/** Creations that are looked at in a row: a few requests from beginning to end, so that it is seen what led to what. */
const WINDOW = 200;
/** Heartbeats between the beginnings of two windows: half a second. */
const EVERY = 25;
/** Frames of a stack: a write to a socket has twenty of Node's own on top. */
const FRAMES = 48;
/** Instances of AsyncLocalStorage that are told apart. */
const MAX_STORAGES = 16;
/** Strings and numbers that are told apart as stores. */
const MAX_PLAIN = 1_000;
/** The number of a store that cannot be told apart from others. */
const SOME = 0x7fffffff;
/** The program set `undefined` itself, as `exit()` does. */
const CLEARED = -1;

interface ContextPorts {
  asyncHooks: typeof AsyncHooks;
  /** Hands the creations that are asked for to {@link Contexts.made}. */
  hooks: Pick<Hooks, 'watchInits' | 'unrecorded' | 'current'>;
  stacks: StackTable;
  now: () => number;
  spent: (us: number) => void;
  send: (samples: RawContextSample[], names: string[]) => void;
}

/** Looks at some creations: which stores of AsyncLocalStorage are there. */
export interface Contexts {
  /** A creation that was asked for by `watch`; called on the stack that creates it. */
  made: (id: number) => void;
  beat: () => void;
}

/**
 * An `AsyncResource` of our own takes up the context that is current when it is made, as each resource does, and carries it
 * under a symbol: a frame, which is a Map from instances to stores (24 and later), or one symbol for each instance (before).
 * Reading it calls nothing of the program's and needs none of its instances. While no program has a store, that is all.
 */
export function watchContexts(ports: ContextPorts): Contexts {
  const { asyncHooks, hooks, stacks, now, spent, send } = ports;
  const storages = new Map<symbol, number>();
  const instances = new WeakMap<object, number>();
  const names: string[] = [];
  const objects = new WeakMap<object, number>();
  const plain = new Map<unknown, number>();
  let stores = 0;
  let samples: RawContextSample[] = [];
  let beats = 0;

  const numberOf = (store: unknown): number => {
    if (store === undefined) return CLEARED;
    const isObject = (typeof store === 'object' && store !== null) || typeof store === 'function';
    const known = isObject ? objects.get(store) : plain.get(store);
    if (known !== undefined) return known;
    if (isObject) objects.set(store, ++stores);
    else if (plain.size < MAX_PLAIN) plain.set(store, ++stores);
    else return SOME;
    return stores;
  };
  const nextStorage = (name: unknown): number | undefined => {
    if (names.length >= MAX_STORAGES) return undefined;
    names.push(typeof name === 'string' ? name.slice(0, 100) : '');
    return names.length - 1;
  };

  /** One number for each known storage: {@link RawContextSample}. */
  const read = (): number[] => {
    const probe = new asyncHooks.AsyncResource('LOOPLENS', { requireManualDestroy: true });
    const found = new Array<number>(names.length).fill(0);
    for (const symbol of Object.getOwnPropertySymbols(probe)) {
      const value = (probe as unknown as Record<symbol, unknown>)[symbol];
      if (symbol.description === 'kResourceStore') {
        let at = storages.get(symbol);
        if (at === undefined && value !== undefined && (at = nextStorage('')) !== undefined) {
          storages.set(symbol, at);
        }
        // Here nothing tells a cleared store from none.
        if (at !== undefined) found[at] = value === undefined ? 0 : numberOf(value);
      } else if (symbol.description === 'context_frame' && value !== undefined) {
        for (const [instance, store] of entriesOf(value)) {
          let at = instances.get(instance);
          if (at === undefined && (at = nextStorage((instance as { name?: unknown }).name)) !== undefined) {
            instances.set(instance, at);
          }
          if (at !== undefined) found[at] = numberOf(store);
        }
      }
    }
    return found;
  };

  return {
    made: (id) => {
      let found: number[] = [];
      const from = now();
      let stack = 0;
      hooks.unrecorded(() => {
        found = read();
        if (names.length > 0) stack = stacks.add(readStack('all', FRAMES).filter(matters));
      });
      spent((now() - from) | 0);
      if (names.length > 0) samples.push({ id, execution: hooks.current(), stack, stores: found });
    },
    beat: () => {
      if (samples.length > 0) {
        send(samples, names);
        samples = [];
      }
      if (beats++ % EVERY === 0) hooks.watchInits(WINDOW);
    },
  };
}

/** Of Node's own frames only those that may change the stores: the same places then have the same stack, whatever Node did there. */
function matters([, url]: RawFrame): boolean {
  return !url.startsWith('node:') || /async_(hooks|local_storage|context_frame)/.test(url);
}

/** A frame is a Map of Node's own kind, which is not an instance of the program's; nothing for what is no Map at all. */
function entriesOf(frame: unknown): Iterable<[object, unknown]> {
  try {
    return Map.prototype.entries.call(frame) as Iterable<[object, unknown]>;
  } catch {
    return [];
  }
}
