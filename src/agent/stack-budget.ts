/** Stacks of each type: so many at once, and one more after so many heartbeats. */
const AT_ONCE = 20;
const BEATS_A_STACK = 5;

/** Which creations have their stack captured: what is created now and then each time, what is created in a hot path no dearer. */
export interface StackBudget {
  /** May the stack of this creation be captured? Counts as captured when the answer is yes. */
  take: (type: string) => boolean;
  /** At each heartbeat. */
  beat: () => void;
}

export function createStackBudget(): StackBudget {
  const left = new Map<string, number>();
  let beats = 0;
  return {
    take: (type) => {
      const some = left.get(type) ?? AT_ONCE;
      if (some === 0) return false;
      left.set(type, some - 1);
      return true;
    },
    beat: () => {
      if (++beats % BEATS_A_STACK !== 0) return;
      for (const [type, some] of left) left.set(type, Math.min(some + 1, AT_ONCE));
    },
  };
}
