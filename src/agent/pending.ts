import { Adopt } from './adopt.ts';
import type { Site } from './follows.ts';

/** Promises that there is room for at first. */
const FIRST_ROOM = 1024;
/** Where a promise is that is not among the held: it came when there was no room. */
const BEYOND = -1;
/** ... or was held and let go by `clear`. */
const FORGOTTEN = -2;

/**
 * The promises that recording has seen, by ids in private fields: as cheap as a symbol property. Those that are pending are held, so that some can be
 * picked at random: a dense array in which adding and removing move one entry. At most `limit` are held (strongly, while
 * recording); beyond that they are only counted.
 *
 * This runs for every promise of the program: one look whether a promise is known, then plain field reads.
 */
export class PromiseTable extends Adopt {
  #id: number;
  /** Its place among the held, or {@link BEYOND}. */
  #slot: number;

  private constructor(promise: object, id: number, slot: number) {
    super(promise);
    this.#id = id;
    this.#slot = slot;
  }

  /** Makes an empty table. `limit`: promises held at most, a power of two. */
  static create(limit: number): PendingSet {
    let room = Math.min(FIRST_ROOM, limit);
    let { held, times, parents, sites, guesses } = tablesFor(room);
    let mask = room * 2 - 1;
    const find = (id: number): PromiseTable | undefined => {
      const slot = guesses[id & mask]!;
      return id !== 0 && slot < count && held[slot]!.#id === id ? held[slot] : undefined;
    };
    /** Twice the room. Where there is no memory for it, this is the limit. Calls no method that the program may have replaced. */
    const grow = (): void => {
      try {
        const wider = tablesFor(room * 2);
        for (let slot = 0; slot < count; slot++) {
          const promise = held[slot]!;
          wider.held[slot] = promise;
          wider.times[slot] = times[slot]!;
          wider.parents[slot] = parents[slot]!;
          wider.sites[slot] = sites[slot];
          wider.guesses[promise.#id & (room * 4 - 1)] = slot;
        }
        ({ held, times, parents, sites, guesses } = wider);
        room *= 2;
        mask = room * 2 - 1;
      } catch {
        limit = room;
      }
    };
    let count = 0;
    let beyond = 0;
    return {
      add: (promise, id, time, parent, site) => {
        if (count === room) {
          if (room < limit) grow();
          if (count === room) {
            beyond++;
            new PromiseTable(promise, id, BEYOND);
            return;
          }
        }
        held[count] = new PromiseTable(promise, id, count);
        times[count] = time;
        parents[count] = parent;
        sites[count] = site;
        guesses[id & mask] = count;
        count++;
      },
      disown: (promise) => {
        new PromiseTable(promise, OWN, BEYOND);
      },
      idOf: (promise) => (#id in promise ? promise.#id : 0),
      settle: (promise) => {
        if (!(#id in promise)) return 0;
        const id = promise.#id;
        if (id === OWN) return id;
        const slot = promise.#slot;
        if (slot < 0) {
          // After a `clear`, one that came beyond the room before it may still settle.
          if (slot === BEYOND && beyond > 0) beyond--;
          return id;
        }
        const last = held[--count]!;
        held[slot] = last;
        times[slot] = times[count]!;
        parents[slot] = parents[count]!;
        sites[slot] = sites[count];
        sites[count] = undefined;
        guesses[last.#id & mask] = slot;
        last.#slot = slot;
        held[count] = undefined;
        return id;
      },
      size: () => count + beyond,
      pick: () => {
        if (count === 0) return undefined;
        const slot = Math.floor(Math.random() * count);
        const promise = held[slot]!;
        return { promise, id: promise.#id, followed: find(parents[slot]!), site: sites[slot] };
      },
      each: (visit) => {
        for (let slot = 0; slot < count; slot++)
          visit(held[slot]!, held[slot]!.#id, times[slot]!, sites[slot]);
      },
      clear: () => {
        for (let slot = 0; slot < count; slot++) {
          held[slot]!.#slot = FORGOTTEN;
          held[slot] = undefined;
          sites[slot] = undefined;
        }
        count = 0;
        beyond = 0;
      },
    };
  }
}

interface Tables {
  held: (PromiseTable | undefined)[];
  times: Int32Array;
  parents: Int32Array;
  sites: (Site | undefined)[];
  /** Slots by the lower bits of the id: guesses, held against the id. Twice as many, as ids leave out every other number. */
  guesses: Int32Array;
}

/** Filled: arrays that never change their kind. */
function tablesFor(room: number): Tables {
  const held: Tables['held'] = [];
  const sites: Tables['sites'] = [];
  for (let slot = 0; slot < room; slot++) held[slot] = sites[slot] = undefined;
  return {
    held,
    sites,
    times: new Int32Array(room),
    parents: new Int32Array(room),
    guesses: new Int32Array(room * 2),
  };
}

/** The id of our own promises: never recorded. */
export const OWN = -1;

export interface PendingSet {
  /**
   * Gives the promise its id and holds it. `time`: µs; `parent`: id of the promise that it follows, 0 = none;
   * `site`: the stack that made it, where it was captured.
   */
  add: (promise: object, id: number, time: number, parent: number, site: Site | undefined) => void;
  /** Marks a promise as one of our own. */
  disown: (promise: object) => void;
  /** 0 for a promise that we did not see being made, {@link OWN} for one of ours. */
  idOf: (promise: object) => number;
  /** It has settled: no longer held. Called once for each; answers its id. */
  settle: (promise: object) => number;
  /** Promises pending and seen being made, those beyond the limit included. */
  size: () => number;
  /** A pending promise picked at random; undefined when there is none. */
  pick: () => Picked | undefined;
  each: (visit: (promise: object, id: number, time: number, site: Site | undefined) => void) => void;
  /** Holds nothing any more; ids stay. */
  clear: () => void;
}

/** A pending promise. */
export interface Picked {
  promise: object;
  id: number;
  /** The promise that it follows, where that is pending, too. */
  followed: object | undefined;
  /** The stack that made it, where it was captured. */
  site: Site | undefined;
}
