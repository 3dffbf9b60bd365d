import { compiledAsync } from './compiled-async.ts';
import { NONE } from './snapshot/heap-graph.ts';
import type { HeapGraph, Node } from './snapshot/heap-graph.ts';
import { EdgeType } from './snapshot/tables.ts';

/** A combinator of promises, as it stands between two functions of a stack. */
export type Combinator = 'all' | 'all-settled' | 'any';

/** Who goes on when a promise settles: a suspended function (with its promise, where it was compiled), or another promise. */
export type Waiter =
  | { kind: 'function'; generator: Node; outer?: Node }
  | { kind: 'promise'; promise: Node; combinator?: Combinator };

/** An async function or generator that stands at an `await`. */
export interface Suspended {
  generator: Node;
  /** The promise it awaits. */
  awaits: Node;
  /** Promises that settle when it goes on: its own; of an async generator those of the calls of `next`. */
  outers: Node[];
}

/** Which suspended function waits for which promise, and which promise for which: V8's reactions in a snapshot. */
export interface AwaitGraph {
  /** By generator. */
  suspended: Map<Node, Suspended>;
  waiters(promise: Node): readonly Waiter[];
  /** How many reactions a promise has. */
  reactions(promise: Node): number;
  isPromise(node: Node): boolean;
  /** Promises whose reaction settles `promise`. */
  sources(promise: Node): readonly Node[];
  /** Functions that run when a promise settles: those given to `then`, `catch`, `finally`. */
  callbacks(promise: Node): readonly Node[];
  /** Name of the built-in that a function is; '' for the program's own. */
  builtin(closure: Node): string;
}

/** Reads the await graph out of a snapshot. `ignore` is an array of ours that holds promises. */
export function readAwaitGraph(heap: HeapGraph): AwaitGraph {
  const reactionsOf = new Map<Node, Node[]>();
  const settled = new Set<Node>();
  for (const { from, to } of heap.edgesCalled(EdgeType.Internal, 'reactions_or_result')) {
    if (isReaction(heap, to)) reactionsOf.set(from, reactionChain(heap, to));
    else settled.add(from);
  }
  const isPromise = (node: Node): boolean =>
    reactionsOf.has(node) || settled.has(node) || (heap.isObject(node) && heap.name(node) === 'Promise');
  const builtin = builtinNames(heap);

  const reader: Reader = { heap, isPromise, builtin, hasWaiters: (promise) => reactionsOf.has(promise) };
  const waiters = new Map<Node, Waiter[]>();
  const sources = new Map<Node, Node[]>();
  const callbacks = new Map<Node, Node[]>();
  const suspended = new Map<Node, Suspended>();
  for (const [promise, reactions] of reactionsOf) {
    const found: Waiter[] = [];
    for (const reaction of reactions) {
      const read = readReaction(reader, reaction);
      found.push(...read.waiters);
      if (read.callbacks.length > 0) push(callbacks, promise, ...read.callbacks);
      for (const derived of read.derived) push(sources, derived, promise);
    }
    waiters.set(promise, found);
    for (const waiter of found) {
      if (waiter.kind === 'promise') push(sources, waiter.promise, promise);
      else if (waiter.outer === undefined)
        suspended.set(waiter.generator, suspendedAt(reader, waiter.generator, promise));
      else
        suspended.set(waiter.generator, {
          generator: waiter.generator,
          awaits: promise,
          outers: [waiter.outer],
        });
    }
  }
  return {
    suspended,
    isPromise,
    builtin,
    waiters: (promise) => waiters.get(promise) ?? [],
    reactions: (promise) => reactionsOf.get(promise)?.length ?? 0,
    sources: (promise) => sources.get(promise) ?? [],
    callbacks: (promise) => callbacks.get(promise) ?? [],
  };
}

interface Reader {
  heap: HeapGraph;
  isPromise: (node: Node) => boolean;
  builtin: (closure: Node) => string;
  hasWaiters: (promise: Node) => boolean;
}

const isReaction = (heap: HeapGraph, node: Node): boolean => heap.name(node) === 'system / PromiseReaction';
const isCapability = (heap: HeapGraph, node: Node): boolean =>
  heap.name(node) === 'system / PromiseCapability';

/** Several reactions hang together by hidden edges whose numbers differ between versions. */
function reactionChain(heap: HeapGraph, first: Node): Node[] {
  const chain = new Set([first]);
  for (const reaction of chain) {
    for (const { to } of heap.edges(reaction)) if (isReaction(heap, to)) chain.add(to);
  }
  return [...chain];
}

interface Reaction {
  waiters: Waiter[];
  /** The promise that `then` answered, also if nobody waits for it. */
  derived: Node[];
  callbacks: Node[];
}

function readReaction(reader: Reader, reaction: Node): Reaction {
  const { heap, isPromise } = reader;
  const byBuiltin = new Map<Node, Waiter>();
  const derived = new Set<Node>();
  const callbacks: Node[] = [];
  for (const { to } of heap.edges(reaction)) {
    if (heap.isClosure(to)) {
      const name = reader.builtin(to);
      if (name === '') {
        callbacks.push(to);
        const compiled = compiledAsync(heap, to, reader.builtin);
        if (compiled) byBuiltin.set(compiled.generator, { kind: 'function', ...compiled });
      } else {
        callbacks.push(...finallyCallback(heap, name, to));
        const waiter = waiterOf(reader, name, to);
        const node = waiter && (waiter.kind === 'function' ? waiter.generator : waiter.promise);
        // One of the two handlers may be plain resolve or reject: the other one tells the combinator.
        if (waiter && node !== undefined && (!byBuiltin.has(node) || hasCombinator(waiter)))
          byBuiltin.set(node, waiter);
      }
    } else if (isCapability(heap, to)) promisesOf(reader, to).forEach((promise) => derived.add(promise));
    else if (isPromise(to)) derived.add(to);
  }
  const waiters = [...byBuiltin.values()];
  for (const promise of derived) {
    if (byBuiltin.has(promise)) continue;
    // Beside built-in handlers V8 makes a promise that usually nobody has.
    if (byBuiltin.size === 0 || reader.hasWaiters(promise)) waiters.push({ kind: 'promise', promise });
  }
  return { waiters, derived: [...derived].filter((promise) => !byBuiltin.has(promise)), callbacks };
}

const hasCombinator = (waiter: Waiter): boolean =>
  waiter.kind === 'promise' && waiter.combinator !== undefined;

function waiterOf(reader: Reader, builtin: string, closure: Node): Waiter | undefined {
  const { heap } = reader;
  const context = heap.to(closure, 'context');
  if (context === NONE) return undefined;
  if (AWAIT.test(builtin)) {
    const generator = heap.to(context, 'extension');
    return generator === NONE ? undefined : { kind: 'function', generator };
  }
  if (/^Promise(Then|Catch)Finally/.test(builtin)) return undefined;
  const [promise] = promisesOf(reader, context);
  if (promise === undefined) return undefined;
  const combinator = COMBINATORS.find(([pattern]) => pattern.test(builtin))?.[1];
  return { kind: 'promise', promise, ...(combinator && { combinator }) };
}

const AWAIT = /^Async(Function|Generator)(Await|YieldWithAwait|Return)/;
const COMBINATORS: [RegExp, Combinator][] = [
  [/^PromiseAllSettled\w*ElementClosure/, 'all-settled'],
  [/^PromiseAll\w*ElementClosure/, 'all'],
  [/^PromiseAny\w*ElementClosure/, 'any'],
];

/** The callback that was given to `finally`: its wrapper keeps it. */
function finallyCallback(heap: HeapGraph, builtin: string, closure: Node): Node[] {
  if (!builtin.startsWith('PromiseThenFinally')) return [];
  const context = heap.to(closure, 'context');
  if (context === NONE) return [];
  return [...heap.edges(context)].flatMap(({ to, type }) =>
    heap.isClosure(to) && type !== EdgeType.Internal ? [to] : [],
  );
}

/** Promises that a context or a capability holds in its hidden fields. */
function promisesOf({ heap, isPromise }: Reader, holder: Node): Node[] {
  const found: Node[] = [];
  for (const { to, type } of heap.edges(holder)) {
    if (type === EdgeType.Property || type === EdgeType.Internal) continue;
    if (isPromise(to)) found.push(to);
    else if (isCapability(heap, to)) {
      for (const edge of heap.edges(to)) if (isPromise(edge.to)) found.push(edge.to);
    }
  }
  return found;
}

function suspendedAt(reader: Reader, generator: Node, awaits: Node): Suspended {
  const { heap, isPromise } = reader;
  const outers = new Set<Node>();
  const requests = new Set<Node>();
  for (const { to, type } of heap.edges(generator)) {
    if (type === EdgeType.Property) continue;
    if (isPromise(to)) outers.add(to);
    else if (isRequest(heap, to)) requests.add(to);
  }
  // Calls of `next` that wait for their turn hang one behind the other.
  for (const request of requests) {
    for (const { to } of heap.edges(request)) {
      if (isRequest(heap, to)) requests.add(to);
      else if (isPromise(to)) outers.add(to);
    }
  }
  return { generator, awaits, outers: [...outers] };
}

const isRequest = (heap: HeapGraph, node: Node): boolean =>
  heap.name(node) === 'system / AsyncGeneratorRequest';

/** `(NAME builtin)` in Node 18, `(NAME builtin handle)` in 20, `(NAME builtin code)` later. */
function builtinNames(heap: HeapGraph): (closure: Node) => string {
  const known = new Map<string, string>();
  return (closure) => {
    const code = heap.to(closure, 'code');
    if (code === NONE) return '';
    const text = heap.name(code);
    let name = known.get(text);
    if (name === undefined) {
      name = /^\((\w+) builtin/.exec(text)?.[1] ?? '';
      if (OF_USERS.test(name)) name = '';
      known.set(text, name);
    }
    return name;
  };
}

/** Code of functions that were written in JavaScript and not yet compiled to their own. */
const OF_USERS =
  /^(CompileLazy|InterpreterEntryTrampoline|InterpreterPushArgs\w*|Baseline\w*|\w*Trampoline\w*)$/;

function push(map: Map<Node, Node[]>, key: Node, ...values: Node[]): void {
  const list = map.get(key);
  if (list) list.push(...values);
  else map.set(key, values);
}
