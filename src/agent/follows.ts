/** Promises remembered as followed, by the lower bits of their ids; a power of two. */
const REMEMBERED = 1 << 16;

/** Stacks of shared awaits that are captured between two heartbeats, at most: the others stay unattributed. */
const STACKS_A_BEAT = 50;

/** A stack as V8 captured it, an Error that nobody has looked at: what is dear is to format it. */
export type Site = Error;

/** Which promises somebody follows, by `then` or `await`. */
export interface Follows {
  /**
   * A promise is being made that follows `parent`. Answers the stack that makes it when it is not the first
   * to do so: V8 tells who waits for a promise only where there is one waiter, so the place of each further one
   * has to be kept now.
   */
  add: (id: number, parent: number) => Site | undefined;
  /**
   * A promise has settled: no longer does it follow any other. An `await` of what is no promise makes one that settles at once, and
   * V8 gives it the function's own promise as its parent; that one must not pass for followed, nor its caller for the second.
   */
  settled: (id: number) => void;
  /** False for one that nobody follows, such as the promise that an `await` makes of its own; also for long forgotten ones. */
  has: (id: number) => boolean;
  /** To be called at each heartbeat: allows for more stacks, or for none. */
  allow: (stacks: 'some' | 'none') => void;
}

/** @param capture answers the stack under way */
export function createFollows(capture: () => Site): Follows {
  const parents = new Int32Array(REMEMBERED);
  let allowed = 0;
  /** The newest that was the first to follow its parent, and that one's slot. */
  let newest = 0;
  let newestSlot = 0;
  return {
    add: (id, parent) => {
      // The lowest bit only tells the kind of id.
      const slot = (parent >> 1) & (REMEMBERED - 1);
      if (parents[slot] !== parent) {
        parents[slot] = parent;
        newest = id;
        newestSlot = slot;
        return undefined;
      }
      return --allowed >= 0 ? capture() : undefined;
    },
    settled: (id) => {
      if (id !== newest) return;
      parents[newestSlot] = 0;
      newest = 0;
    },
    has: (id) => parents[(id >> 1) & (REMEMBERED - 1)] === id,
    allow: (stacks) => {
      allowed = stacks === 'some' ? STACKS_A_BEAT : 0;
    },
  };
}
