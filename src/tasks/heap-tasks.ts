import { MAX_INSTANCES } from '../model/task.ts';
import type { TaskInstance, WaitingKind } from '../model/task.ts';
import { readAwaitGraph } from './await-graph.ts';
import type { AwaitGraph } from './await-graph.ts';
import type { PromiseStacks, RawTaskFrame } from './forged-stacks.ts';
import { FrameReader, isInternal, scriptOf } from './frames.ts';
import type { CodeFrame } from './frames.ts';
import { logicalStacks } from './logical-stacks.ts';
import type { LogicalStack, LogicalStacks, StackStep } from './logical-stacks.ts';
import { HeapGraph, NONE } from './snapshot/heap-graph.ts';
import type { Node } from './snapshot/heap-graph.ts';
import type { HeapTables } from './snapshot/tables.ts';
import { waitsOf } from './waiting/wait.ts';
import type { Wait } from './waiting/wait.ts';

/** Tasks with the same stack, before source maps. */
export interface CodeTask {
  count: number;
  frames: CodeFrame[];
  waitingFor: {
    kind: WaitingKind;
    detail: string;
    location?: { function: string; url: string; line: number; column: number };
  };
  instances: TaskInstance[];
  /** Generators of all of its instances that were looked at: what a cycle is found by. */
  generators: Node[];
  waits: Wait[];
  /** Of the same instances, the generator of each frame. */
  stacks: Node[][];
  circular: boolean;
}

export interface HeapTasks {
  tasks: CodeTask[];
  heap: HeapGraph;
  /** Promises that settle when a suspended function has ended. */
  outersOf: (generator: Node) => readonly Node[];
  /** Suspended functions, Node's own included. */
  functions: number;
  /** Stacks that were left out because there were too many. */
  omitted: number;
}

/** An array of the process that holds promises, by its id in the snapshot, with the stacks that V8 told of them. */
export interface ListedPromises {
  array: number;
  stacks: PromiseStacks;
}

/** A heap snapshot of one thread, and the logical stacks of its suspended functions. */
export interface HeapStacks extends LogicalStacks {
  heap: HeapGraph;
  graph: AwaitGraph;
}

/** Finds the logical stacks in a heap snapshot. */
export function readHeapStacks(tables: HeapTables): HeapStacks {
  const heap = new HeapGraph(tables);
  const graph = readAwaitGraph(heap);
  const found = logicalStacks(graph);
  // What the process answers meanwhile is still to come.
  heap.index();
  return { heap, graph, ...found };
}

/** The tasks of one thread: its logical stacks with the lines that V8 told, and what they wait for. */
export function readHeapTasks(
  { heap, graph, stacks, omitted }: HeapStacks,
  listed: readonly ListedPromises[],
): HeapTasks {
  const frames = new FrameReader(heap, graph, joinStacks(heap, listed));
  const groups = new Map<string, Member[]>();
  let told = 0;
  for (const found of stacks) {
    const stack = found.circular ? fromFirstLine(found, frames) : found;
    // Of Node's own functions only what the program's wait for is of interest.
    const steps = withoutInternals(stack.steps, frames);
    if (steps.length === 0) continue;
    let key = '';
    for (const step of steps) key += `${frames.place(step).id} `;
    // Where no stacks were told, the functions are known and not their lines: what they wait for tells them apart.
    if (listed.length === 0 && told++ < MAX_TOLD_APART) {
      const { kind, detail } = waitsOf(heap, graph, stack);
      key += `${kind} ${detail.replace(/\[\d+\]/, '[]')}`;
    }
    const group = groups.get(key);
    if (group) group.push({ stack, steps });
    else groups.set(key, [{ stack, steps }]);
  }
  const tasks = [...groups.values()].map((group) => taskOf(heap, graph, frames, group));
  const outersOf = (generator: Node): readonly Node[] => graph.suspended.get(generator)?.outers ?? [];
  return { tasks, heap, outersOf, functions: graph.suspended.size, omitted };
}

/** One of the tasks of a group: its stack, and the steps of it that are shown. */
interface Member {
  stack: LogicalStack;
  steps: readonly StackStep[];
}

/** The stack of each promise's waiters, by the promise's node. */
function joinStacks(heap: HeapGraph, listed: readonly ListedPromises[]): Map<Node, readonly RawTaskFrame[]> {
  const joined = new Map<Node, readonly RawTaskFrame[]>();
  for (const { array, stacks } of listed) {
    const node = heap.byId(array);
    if (node === NONE) continue;
    heap.eachElement(node, (position, promise) => {
      const stack = stacks.stacks[stacks.stackOf[position] ?? 0];
      if (stack && stack.length > 0) joined.set(promise, stack);
    });
  }
  return joined;
}

/** A circle has no innermost function, and the heap no order: its outermost one is what comes first in the text. */
function fromFirstLine({ steps, circular }: LogicalStack, frames: FrameReader): LogicalStack {
  const places = steps.map((step) => frames.frame(step));
  let last = -1;
  places.forEach((place, k) => {
    const inner = places[(k + 1) % places.length]!;
    // Its innermost step has to be a function, too.
    if (place.kind !== 'await' || inner.kind !== 'await') return;
    const best = places[last];
    if (!best || place.url < best.url || (place.url === best.url && place.line < best.line)) last = k;
  });
  return { steps: [...steps.slice(last + 1), ...steps.slice(0, last + 1)], circular };
}

/** Without Node's own functions, and without combinators that then stand innermost or outermost. */
function withoutInternals(steps: readonly StackStep[], frames: FrameReader): readonly StackStep[] {
  const isShown = (step: StackStep): boolean => !frames.place(step).internal;
  const shown = steps.every(isShown) ? steps : steps.filter(isShown);
  const isFunction = ({ kind }: StackStep): boolean => kind === 'function';
  const first = shown.findIndex(isFunction);
  const last = shown.findLastIndex(isFunction);
  if (first === 0 && last === shown.length - 1) return shown;
  return first < 0 ? [] : shown.slice(first, last + 1);
}

/** Of more tasks than this, those without lines are no longer told apart: it takes a walk for each. */
const MAX_TOLD_APART = 5000;

/** Of a larger group the others are taken to wait for the same. */
const LOOKED_AT = 100;

function taskOf(
  heap: HeapGraph,
  graph: AwaitGraph,
  frames: FrameReader,
  members: readonly Member[],
): CodeTask {
  const [first] = members;
  const some = members.slice(0, LOOKED_AT);
  const waits = some.map(({ stack }) => waitsOf(heap, graph, stack));
  const kind = mostCommon(waits.map((wait) => wait.kind));
  const same = waits.filter((wait) => wait.kind === kind);
  const callback = same[0]!.callback;
  const place = callback === NONE ? undefined : heap.place(callback);
  const url = scriptOf(heap, callback);
  const location =
    place && url !== '' && !isInternal(url) ? { function: heap.name(callback), url, ...place } : undefined;
  return {
    count: members.length,
    frames: first!.steps.map((step) => frames.frame(step)),
    waitingFor: { kind, detail: joinDetails(same.map((wait) => wait.detail)), ...(location && { location }) },
    instances: members.slice(0, MAX_INSTANCES).map(({ stack, steps }) => ({
      generators: steps.map((step) => (step.kind === 'function' ? heap.id(step.suspended.generator) : 0)),
      awaits: heap.id(innermost(stack)),
    })),
    generators: some.flatMap(({ stack }) =>
      stack.steps.flatMap((step) => (step.kind === 'function' ? [step.suspended.generator] : [])),
    ),
    waits,
    stacks: some.map(({ steps }) =>
      steps.map((step) => (step.kind === 'function' ? step.suspended.generator : NONE)),
    ),
    circular: first!.stack.circular,
  };
}

function innermost({ steps }: LogicalStack): Node {
  const step = steps[0];
  return step?.kind === 'function' ? step.suspended.awaits : NONE;
}

function mostCommon<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

const SHOWN_DETAILS = 3;

/** `Pool.#waiting[0]`, `Pool.#waiting[1]` as `Pool.#waiting[0..1]`; others one after the other. */
export function joinDetails(details: readonly string[]): string {
  const groups = new Map<string, number[]>();
  for (const detail of details) {
    const positions = groups.get(detail.replace(/\[\d+\]/, '[]')) ?? [];
    const position = /\[(\d+)\]/.exec(detail)?.[1];
    if (position !== undefined) positions.push(Number(position));
    groups.set(detail.replace(/\[\d+\]/, '[]'), positions);
  }
  const texts = [...groups].map(([text, positions]) => {
    const low = Math.min(...positions);
    const high = Math.max(...positions);
    return text.replace('[]', low === high ? `[${low}]` : positions.length > 0 ? `[${low}..${high}]` : '[]');
  });
  const more = texts.length - SHOWN_DETAILS;
  return texts.slice(0, SHOWN_DETAILS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
