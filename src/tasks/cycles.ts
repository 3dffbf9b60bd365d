import type { Task, TaskCycle } from '../model/task.ts';
import type { CodeTask } from './heap-tasks.ts';
import type { Node } from './snapshot/heap-graph.ts';

/**
 * Groups of tasks that wait for each other. One waits for another when nothing but a suspended function on the other's
 * stack has the resolve function of what it awaits, or when the promises of its own stack lead back to it.
 *
 * @param tasks of one thread
 * @param first index of the first one among all tasks
 */
export function findCycles(tasks: readonly CodeTask[], shown: readonly Task[], first: number): TaskCycle[] {
  const owners = new Map<Node, Set<number>>();
  tasks.forEach(({ generators }, index) => {
    for (const generator of generators) {
      const set = owners.get(generator) ?? new Set();
      owners.set(generator, set.add(index));
    }
  });
  const next = tasks.map(({ waits }) => {
    const targets = new Set<number>();
    for (const { heldBy } of waits)
      for (const generator of heldBy) owners.get(generator)?.forEach((t) => targets.add(t));
    return [...targets];
  });
  const cycles: TaskCycle[] = [];
  tasks.forEach(({ circular }, index) => {
    if (circular) cycles.push({ tasks: [first + index], steps: ['its promises wait for each other'] });
  });
  for (const ring of ringsOf(next)) {
    const name = (index: number): string => shown[index]!.stack.at(-1)!.function;
    const steps = ring.map(
      (index, k) => `${name(index)} waits for ${name(ring[(k + 1) % ring.length]!)} to go on`,
    );
    cycles.push({ tasks: ring.map((index) => first + index), steps });
  }
  return cycles;
}

/** One ring for each set of indices that lead to each other. */
function ringsOf(next: readonly (readonly number[])[]): number[][] {
  const rings: number[][] = [];
  const state = new Uint8Array(next.length);
  for (let start = 0; start < next.length; start++) {
    if (state[start] !== 0) continue;
    const path: { at: number; out: number }[] = [{ at: start, out: 0 }];
    state[start] = 1;
    while (path.length > 0) {
      const place = path.at(-1)!;
      const target = next[place.at]![place.out++];
      if (target === undefined) {
        state[place.at] = 2;
        path.pop();
      } else if (state[target] === 0) {
        state[target] = 1;
        path.push({ at: target, out: 0 });
      } else if (state[target] === 1) {
        const ring = path.slice(path.findIndex(({ at }) => at === target)).map(({ at }) => at);
        rings.push(ring);
      }
    }
  }
  return rings;
}
