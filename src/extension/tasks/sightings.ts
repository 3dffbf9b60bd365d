import type { Task, TaskDump, WaitingFor } from '../../model/task.ts';

/** Counts remembered for each group. */
const KEPT = 12;

/** What is remembered of the groups of tasks from one look to the next: since when each is there, and how many there were. */
export class Sightings {
  #groups = new Map<string, Sighting>();
  #now = 0;

  /** A new look, at `now` (ms of any steady clock). Groups that are gone are forgotten. */
  add(dump: TaskDump, now: number): void {
    const groups = new Map<string, Sighting>();
    for (const task of dump.tasks) {
      const key = keyOf(task);
      const known = groups.get(key) ?? this.#groups.get(key);
      const counts = known?.counts ?? [];
      // Two groups of one dump may differ only in what they wait for.
      if (groups.has(key)) counts[counts.length - 1]! += task.count;
      else counts.push(task.count);
      const waiting = task.waitingFor ?? known?.waiting;
      groups.set(key, {
        since: known?.since ?? now,
        counts: counts.slice(-KEPT),
        ...(waiting && { waiting }),
      });
    }
    this.#groups = groups;
    this.#now = now;
  }

  /** For how long the group has been seen in every look, ms. */
  seenMs(task: Task): number {
    const known = this.#groups.get(keyOf(task));
    return known ? this.#now - known.since : 0;
  }

  /** Its last counts, oldest first. */
  counts(task: Task): readonly number[] {
    return this.#groups.get(keyOf(task))?.counts ?? [];
  }

  /** What it waits for: by this look, or by the last snapshot that saw it standing there. */
  waiting(task: Task): WaitingFor | undefined {
    return task.waitingFor ?? this.#groups.get(keyOf(task))?.waiting;
  }

  clear(): void {
    this.#groups.clear();
  }
}

interface Sighting {
  /** When it was first seen, ms. */
  since: number;
  counts: number[];
  waiting?: WaitingFor;
}

/** What makes a group the same in the next look: its thread and the places of its frames. */
function keyOf({ thread, stack }: Task): string {
  return [
    thread,
    ...stack.map(({ kind, file, line, column }) => `${kind} ${file}:${String(line)}:${String(column)}`),
  ].join('\n');
}
