/** What is under way, by the objects of the program that stand for it, which are held until it ends. */
export interface OpenTable<K extends object, V> {
  /** Undefined for what is not under way. */
  get: (key: K) => V | undefined;
  /** Of one that is not under way. Nothing happens when it is full. */
  add: (key: K, value: V) => void;
  /** It has ended; answers its value. */
  take: (key: K) => V | undefined;
  isFull: () => boolean;
  /** `visit` may take what it is given. */
  each: (visit: (key: K) => void) => void;
  clear: () => void;
}

/** So many of the newest are looked for one after the other. */
const RECENT = 64;

/**
 * The newest are in a short array that is searched; what stays longer than {@link RECENT} others goes into a `Map`. A mark on the
 * object itself would be found sooner, but it changes the object's shape: V8 throws away what it had compiled for Node's
 * HTTP classes, and compiles code for two shapes. A `Map` alone costs more: each key gets an identity hash, and what is deleted
 * leaves a hole until the table is built anew.
 *
 * @param limit at most so many at once
 */
export function createOpenTable<K extends object, V>(limit: number): OpenTable<K, V> {
  const keys: (K | undefined)[] = new Array<undefined>(RECENT).fill(undefined);
  const values: (V | undefined)[] = new Array<undefined>(RECENT).fill(undefined);
  let recent = 0;
  const older = new Map<K, V>();

  const find = (key: K): number => {
    let slot = recent - 1;
    while (slot >= 0 && keys[slot] !== key) slot--;
    return slot;
  };
  const put = (slot: number, key: K | undefined, value: V | undefined): void => {
    keys[slot] = key;
    values[slot] = value;
  };
  /** The last one takes the place. */
  const leave = (slot: number): void => {
    recent--;
    put(slot, keys[recent], values[recent]);
    put(recent, undefined, undefined);
  };
  /** Makes room: the first half has been there the longest. */
  const age = (): void => {
    const half = RECENT / 2;
    for (let slot = 0; slot < half; slot++) {
      older.set(keys[slot]!, values[slot]!);
      put(slot, keys[slot + half], values[slot + half]);
      put(slot + half, undefined, undefined);
    }
    recent = half;
  };

  return {
    get: (key) => {
      const slot = find(key);
      return slot >= 0 ? values[slot] : older.size > 0 ? older.get(key) : undefined;
    },
    add: (key, value) => {
      if (recent + older.size >= limit) return;
      if (recent === RECENT) age();
      put(recent++, key, value);
    },
    take: (key) => {
      const slot = find(key);
      if (slot >= 0) {
        const value = values[slot];
        leave(slot);
        return value;
      }
      if (older.size === 0) return undefined;
      const value = older.get(key);
      older.delete(key);
      return value;
    },
    isFull: () => recent + older.size >= limit,
    each: (visit) => {
      // Backwards: what is taken gives its slot to one that was visited.
      for (let slot = recent - 1; slot >= 0; slot--) visit(keys[slot]!);
      for (const key of older.keys()) visit(key);
    },
    clear: () => {
      while (recent > 0) leave(recent - 1);
      older.clear();
    },
  };
}
