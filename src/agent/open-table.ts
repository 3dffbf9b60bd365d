import { Adopt } from './adopt.ts';

/** What is under way, by the objects of the program that stand for it, which are held until it ends. */
export interface OpenTable<K extends object, V> {
  /** Undefined for what is not under way. */
  get: (key: K) => V | undefined;
  /** Nothing happens when it is full. */
  add: (key: K, value: V) => void;
  /** It has ended; answers its value. */
  take: (key: K) => V | undefined;
  isFull: () => boolean;
  /** `visit` may take what it is given. */
  each: (visit: (key: K) => void) => void;
  clear: () => void;
}

/** The slot of what has ended. */
const GONE = -1;

/**
 * A `Map` with objects as keys costs a server several per cent of its time: each key gets an identity hash, and what is
 * deleted leaves a hole until the table is built anew. Here the value is a private field of its object.
 *
 * @param limit at most so many at once
 */
export function createOpenTable<K extends object, V>(limit: number): OpenTable<K, V> {
  const keys: K[] = [];

  // One class for each table: an object may be in several.
  class Entry extends Adopt {
    #value: V | undefined;
    #slot: number;

    private constructor(key: object, value: V, slot: number) {
      super(key);
      this.#value = value;
      this.#slot = slot;
    }

    static get(key: object): V | undefined {
      return #slot in key ? key.#value : undefined;
    }

    static add(key: object, value: V, slot: number): void {
      if (#slot in key) {
        key.#value = value;
        key.#slot = slot;
      } else new Entry(key, value, slot);
    }

    /** Its slot, which is free now. */
    static leave(key: object): number {
      if (!(#slot in key)) return GONE;
      const slot = key.#slot;
      key.#slot = GONE;
      key.#value = undefined;
      return slot;
    }

    static move(key: object, slot: number): void {
      if (#slot in key) key.#slot = slot;
    }
  }

  return {
    get: (key) => Entry.get(key),
    add: (key, value) => {
      if (keys.length >= limit) return;
      Entry.add(key, value, keys.length);
      keys.push(key);
    },
    take: (key) => {
      const value = Entry.get(key);
      const slot = Entry.leave(key);
      if (slot === GONE) return undefined;
      const last = keys.pop()!;
      if (slot < keys.length) {
        keys[slot] = last;
        Entry.move(last, slot);
      }
      return value;
    },
    isFull: () => keys.length >= limit,
    each: (visit) => {
      // Backwards: what is taken gives its slot to one that was visited.
      for (let slot = keys.length - 1; slot >= 0; slot--) visit(keys[slot]!);
    },
    clear: () => {
      for (const key of keys) Entry.leave(key);
      keys.length = 0;
    },
  };
}
