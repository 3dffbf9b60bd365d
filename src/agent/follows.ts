/** Promises remembered as followed, by the lower bits of their ids; a power of two. */
const REMEMBERED = 1 << 16;

/** Stacks of shared awaits that are read between two heartbeats, at most: the others stay unattributed. */
const STACKS_A_BEAT = 50;

/** Which promises somebody follows, by `then` or `await`. */
export interface Follows {
  /**
   * A promise is being made that follows `parent`. Answers the number of the stack that makes it when it is not the first
   * to do so and an `await` makes it, else 0: V8 tells who waits for a promise only where there is one waiter, so the place of each further one
   * has to be read now.
   */
  add: (parent: number) => number;
  /** False for one that nobody follows, such as the promise that an `await` makes of its own; also for long forgotten ones. */
  has: (id: number) => boolean;
  /** To be called at each heartbeat: allows for more stacks, or for none. */
  allow: (stacks: 'some' | 'none') => void;
}

/** @param readSite answers the number of the stack under way, 0 when it is not at an `await` */
export function createFollows(readSite: () => number): Follows {
  const parents = new Int32Array(REMEMBERED);
  let allowed = 0;
  return {
    add: (parent) => {
      // The lowest bit only tells the kind of id.
      const slot = (parent >> 1) & (REMEMBERED - 1);
      if (parents[slot] !== parent) {
        parents[slot] = parent;
        return 0;
      }
      return --allowed >= 0 ? readSite() : 0;
    },
    has: (id) => parents[(id >> 1) & (REMEMBERED - 1)] === id,
    allow: (stacks) => {
      allowed = stacks === 'some' ? STACKS_A_BEAT : 0;
    },
  };
}
