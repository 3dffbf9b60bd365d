import type { SourceLocation } from '../model/location.ts';
import type { Task, TaskCycle, TaskHolder } from '../model/task.ts';
import type { CodeTask } from './heap-tasks.ts';
import type { Holding } from './holding/who-holds.ts';
import type { Node } from './snapshot/heap-graph.ts';

/** A {@link Holding} whose place is the author's. */
export interface LocatedHolding extends Omit<Holding, 'taken'> {
  taken: SourceLocation | undefined;
}

/**
 * Who has what the tasks of a thread wait for, and the deadlocks among them. A task waits for another one when nothing
 * but a suspended function on the other's stack has the resolve function of what it awaits, when it stands in line for
 * what the other holds, or when the promises of its own stack lead back to it. It is in a deadlock when all that it waits
 * for are: then none of them can go on.
 *
 * @param tasks of one thread
 * @param shown the same, as they are shown; gets `holders`
 * @param first index of the first one among all tasks
 */
export function findCycles(
  tasks: readonly CodeTask[],
  shown: readonly Task[],
  holdings: readonly LocatedHolding[],
  first: number,
): TaskCycle[] {
  const owners = ownersOf(tasks);
  const byResource = new Map<Node, LocatedHolding[]>();
  for (const holding of holdings) {
    const known = byResource.get(holding.resource);
    if (known) known.push(holding);
    else byResource.set(holding.resource, [holding]);
  }
  /** Of each task, for each of its instances that was looked at, what it waits for. */
  const waits = tasks.map((task) =>
    task.waits.map(({ heldBy, queues }) => ({
      owners: new Set(heldBy.flatMap((generator) => [...(owners.get(generator) ?? [])])),
      holdings: queues.flatMap((queue) => byResource.get(queue) ?? []),
      inLine: queues.length > 0,
    })),
  );
  shown.forEach((task, index) => {
    if (!task.waitingFor || !waits[index]!.some(({ inLine }) => inLine)) return;
    task.waitingFor.holders = holdersOf(
      waits[index]!.flatMap((wait) => wait.holdings),
      first,
    );
  });

  const targets = waits.map((each) =>
    each.map(({ owners, holdings }) => [...new Set([...owners, ...holdings.map(({ task }) => task)])]),
  );
  const stuck = stuckTasks(targets);
  const next = targets.map((each, index) => (stuck.has(index) ? [...new Set(each.flat())] : []));
  const cycles: TaskCycle[] = [];
  tasks.forEach(({ circular }, index) => {
    if (circular) cycles.push({ tasks: [first + index], steps: ['its promises wait for each other'] });
  });
  for (const found of ringsOf(next)) {
    const ring = turned(found, (index) => placeOf(shown[index]!));
    const steps = ring.map((index, k) => {
      const target = ring[(k + 1) % ring.length]!;
      const holding = waits[index]!.flatMap((wait) => wait.holdings).find(({ task }) => task === target);
      const again =
        index === target &&
        holding?.instances.has(waits[index]!.findIndex((wait) => wait.holdings.includes(holding)));
      return stepWords(
        shown[index]!,
        nameOf(shown[target]!),
        holding,
        index !== target ? 'other' : again ? 'itself' : 'alike',
      );
    });
    cycles.push({ tasks: ring.map((index) => first + index), steps });
  }
  return cycles;
}

/** The tasks on whose stack each generator is. */
function ownersOf(tasks: readonly CodeTask[]): Map<Node, Set<number>> {
  const owners = new Map<Node, Set<number>>();
  tasks.forEach(({ generators }, index) => {
    for (const generator of generators) {
      const set = owners.get(generator) ?? new Set();
      owners.set(generator, set.add(index));
    }
  });
  return owners;
}

function holdersOf(holdings: readonly LocatedHolding[], first: number): TaskHolder[] {
  const byTask = new Map<number, TaskHolder>();
  for (const { task, name, taken } of holdings) {
    if (!byTask.has(task)) byTask.set(task, { task: first + task, what: name, ...(taken && { taken }) });
  }
  return [...byTask.values()];
}

/** Tasks that wait only for tasks that are stuck themselves: the largest such set. */
function stuckTasks(targets: readonly (readonly (readonly number[])[])[]): Set<number> {
  const stuck = new Set(targets.keys());
  for (let before = -1; before !== stuck.size;) {
    before = stuck.size;
    for (const index of stuck) {
      const each = targets[index]!;
      const goesOn =
        each.length === 0 || each.some((wait) => wait.length === 0 || wait.some((t) => !stuck.has(t)));
      if (goesOn) stuck.delete(index);
    }
  }
  return stuck;
}

const nameOf = ({ stack }: Task): string => stack.at(-1)!.function;

/** Where a task stands, as text that sorts. */
function placeOf({ stack }: Task): string {
  const { file, line } = stack.at(-1)!;
  return `${file}:${String(line).padStart(8, '0')}`;
}

/** A ring has no first one: it begins with the first in the text, so that it is told the same each time. */
function turned(ring: readonly number[], key: (index: number) => string): number[] {
  const keys = ring.map(key);
  const first = keys.indexOf(keys.toSorted()[0]!);
  return [...ring.slice(first), ...ring.slice(0, first)];
}

/**
 * @param whose who has what is waited for: another task, the very one that waits, or another one of the same group
 */
function stepWords(
  task: Task,
  target: string,
  holding: LocatedHolding | undefined,
  whose: 'other' | 'itself' | 'alike',
): string {
  const [name, inner] = [nameOf(task), task.stack[0]!.function];
  if (!holding) return `${name} waits for ${target} to go on`;
  const { name: what, taken } = holding;
  const at = taken && `${taken.file.split(/[\\/]/).at(-1)}:${taken.line}`;
  switch (whose) {
    case 'other':
      return `${name} waits for ${what}, which ${target} ${at ? `took at ${at}` : 'runs inside of'}`;
    case 'alike':
      return `each ${name} waits for a ${what} that another ${name} ${at ? `took at ${at}` : 'runs inside of'}`;
    case 'itself':
      return at
        ? `${name} took ${what} at ${at} and waits for it once more`
        : `${inner} runs inside of ${what} and waits for it once more`;
  }
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
