import type { TaskFrameKind } from '../model/task.ts';
import type { AwaitGraph, Suspended } from './await-graph.ts';
import type { RawTaskFrame } from './forged-stacks.ts';
import type { StackStep } from './logical-stacks.ts';
import { COMBINATOR_NAMES, functionName } from './names.ts';
import { NONE } from './snapshot/heap-graph.ts';
import type { HeapGraph, Node } from './snapshot/heap-graph.ts';

/** A frame before source maps; lines and columns from 1, of the running code. */
export interface CodeFrame {
  function: string;
  url: string;
  line: number;
  column: number;
  exact: boolean;
  kind: TaskFrameKind;
  /** {@link NONE} for a combinator. */
  generator: Node;
}

/** A place in the code, as groups are told apart. */
export interface StepPlace {
  id: number;
  kind: TaskFrameKind;
  /** One of Node's own functions. */
  internal: boolean;
}

/** Turns steps of logical stacks into frames: the line from V8's stacks where they have it, else where the function begins. */
export class FrameReader {
  readonly #heap: HeapGraph;
  readonly #graph: AwaitGraph;
  readonly #stackOf: ReadonlyMap<Node, readonly RawTaskFrame[]>;
  readonly #frames = new Map<Node, CodeFrame>();
  readonly #places = new Map<RawTaskFrame | Node, StepPlace>();
  readonly #named = new Map<string, StepPlace>();

  /** @param stackOf by promise: the stack of those who wait for it */
  constructor(heap: HeapGraph, graph: AwaitGraph, stackOf: ReadonlyMap<Node, readonly RawTaskFrame[]>) {
    this.#heap = heap;
    this.#graph = graph;
    this.#stackOf = stackOf;
  }

  frame(step: StackStep): CodeFrame {
    if (step.kind === 'combinator') return combinatorFrame(step.combinator);
    const { suspended } = step;
    let frame = this.#frames.get(suspended.generator);
    if (!frame) this.#frames.set(suspended.generator, (frame = this.#read(suspended)));
    return frame;
  }

  /** Where a step stands: the same object for all steps that stand at the same place. Far cheaper than {@link frame}. */
  place(step: StackStep): StepPlace {
    if (step.kind === 'combinator') return this.#placeNamed(step.combinator, '', 0, 0);
    const exact = this.#told(step.suspended);
    const closure = exact ? NONE : this.#heap.to(step.suspended.generator, 'function');
    // Functions of the same code begin at the same place.
    const key = exact ?? (closure === NONE ? NONE : this.#heap.to(closure, 'shared'));
    let place = this.#places.get(key);
    if (!place) {
      const { url, line, column } = this.frame(step);
      this.#places.set(key, (place = this.#placeNamed('await', url, line, column)));
    }
    return place;
  }

  #placeNamed(kind: TaskFrameKind, url: string, line: number, column: number): StepPlace {
    const text = `${kind} ${url}:${line}:${column}`;
    let place = this.#named.get(text);
    if (!place) {
      place = { id: this.#named.size, kind, internal: kind === 'await' && isInternal(url) };
      this.#named.set(text, place);
    }
    return place;
  }

  #told({ awaits }: Suspended): RawTaskFrame | undefined {
    const told = this.#stackOf.get(awaits)?.[0];
    // With two reactions V8 tells nothing: what is there all the same is older or newer than one of them.
    return told?.kind === 'await' && this.#graph.reactions(awaits) === 1 ? told : undefined;
  }

  #read(suspended: Suspended): CodeFrame {
    const { generator } = suspended;
    const heap = this.#heap;
    const closure = heap.to(generator, 'function');
    const exact = this.#told(suspended);
    const begins = closure === NONE ? undefined : heap.place(closure);
    const top = begins?.line === 1 && begins.column === 1;
    const name = exact?.name || (closure === NONE ? '' : heap.name(closure));
    return {
      function: functionName(name === '' && top ? '(top level)' : name, this.#receiver(generator, closure)),
      url: exact?.url ?? scriptOf(heap, closure),
      line: exact?.line ?? begins?.line ?? 0,
      column: exact?.column ?? begins?.column ?? 0,
      exact: exact !== undefined,
      kind: 'await',
      generator,
    };
  }

  /** Class of the receiver, where the function is a method of it. */
  #receiver(generator: Node, closure: Node): string {
    const heap = this.#heap;
    const receiver = heap.to(generator, 'receiver');
    if (receiver === NONE || closure === NONE) return '';
    if (!heap.isObject(receiver) && !heap.isClosure(receiver)) return '';
    const type = heap.name(receiver);
    if (heap.name(closure).startsWith('#')) return type;
    let holder = receiver;
    for (let depth = 0; holder !== NONE && depth < MAX_CLASSES; depth++) {
      for (const { to } of heap.edges(holder)) if (to === closure) return type;
      holder = heap.to(holder, '__proto__');
    }
    return '';
  }
}

const MAX_CLASSES = 10;

/** Node's own scripts: `node:internal/...`, in some versions without `node:`. */
export const isInternal = (url: string): boolean => url.startsWith('node:') || url.startsWith('internal/');

/** File of a function, as V8 names it; '' for built-ins. */
export function scriptOf(heap: HeapGraph, closure: Node): string {
  if (closure === NONE) return '';
  const shared = heap.to(closure, 'shared');
  if (shared === NONE) return '';
  let script = heap.to(shared, 'script');
  // Before V8 had a field of its own for it; with breakpoints it is a DebugInfo that knows the script.
  if (script === NONE) script = heap.to(shared, 'script_or_debug_info');
  if (script !== NONE && heap.name(script) === 'system / DebugInfo') script = heap.to(script, 'script');
  return script === NONE || heap.name(script).startsWith('system /') ? '' : heap.name(script);
}

function combinatorFrame(kind: Exclude<TaskFrameKind, 'await'>): CodeFrame {
  const name = COMBINATOR_NAMES[kind];
  return { function: name, url: '', line: 0, column: 0, exact: true, kind, generator: NONE };
}
