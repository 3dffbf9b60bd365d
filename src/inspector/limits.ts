import type { Problem } from '../model/problem.ts';

/** Threads and processes beside the first that are recorded at the same time, and in all. Each costs memory in the target. */
const AT_ONCE = 32;
const IN_ALL = 512;

/** Says which further threads and processes are recorded, and remembers the rest. */
export interface Limits {
  /** A place for one more, to be given back when it ends; undefined when there is none. */
  admit(): { leave: () => void } | undefined;
  /** Somebody who was there could not be recorded. */
  failed: (name: string, reason: string) => void;
  problems: () => Problem[];
}

export function createLimits(): Limits {
  let present = 0;
  let all = 0;
  let refused = 0;
  const failures: Problem[] = [];
  return {
    admit: () => {
      if (present >= AT_ONCE || all >= IN_ALL) {
        refused++;
        return undefined;
      }
      present++;
      all++;
      let here = true;
      return {
        leave: () => {
          if (here) present--;
          here = false;
        },
      };
    },
    failed: (name, reason) => {
      if (failures.length < AT_ONCE) {
        failures.push({ code: 'thread-missing', message: `${name} was not recorded: ${reason}` });
      }
    },
    problems: () =>
      refused === 0
        ? [...failures]
        : [
            ...failures,
            {
              code: 'threads-not-followed',
              message: `${refused} threads or processes were not recorded: at most ${AT_ONCE} are at the same time, and ${IN_ALL} in all.`,
            },
          ],
  };
}
