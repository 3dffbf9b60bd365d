import { compiledAsync } from './compiled-async.ts';
import type { CompiledAsync } from './compiled-async.ts';
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

/** Reads the await graph out of a snapshot. */
export function readAwaitGraph(heap: HeapGraph): AwaitGraph {
  const names = namesOf(heap);
  const state = new Uint8Array(heap.nodeCount);
  const pending: Node[] = [];
  const first: Node[] = [];
  heap.eachEdgeCalled(EdgeType.Internal, 'reactions_or_result', (promise, to) => {
    const waited = heap.nameId(to) === names.reaction;
    state[promise] = waited ? WAITED : SETTLED;
    if (!waited) return;
    pending.push(promise);
    first.push(to);
  });
  const isPromise = (node: Node): boolean =>
    state[node] !== UNKNOWN || (heap.nameId(node) === names.promise && heap.isObject(node));
  const builtins = new Builtins(heap);
  const reader: Reader = {
    heap,
    names,
    isPromise,
    builtins,
    hasWaiters: (promise) => state[promise] === WAITED,
  };
  const reactionsOf = new Map<Node, number>();
  const waiters = new Map<Node, Waiter[]>();
  const sources = new Map<Node, Node[]>();
  const callbacks = new Map<Node, Node[]>();
  const suspended = new Map<Node, Suspended>();
  pending.forEach((promise, k) => {
    const found: Waiter[] = [];
    const chain = reactionChain(reader, first[k]!);
    for (const reaction of chain) {
      const read = readReaction(reader, reaction);
      found.push(...read.waiters);
      if (read.callbacks.length > 0) push(callbacks, promise, ...read.callbacks);
      for (const derived of read.derived) push(sources, derived, promise);
    }
    reactionsOf.set(promise, chain.length);
    waiters.set(promise, found);
    for (const waiter of found) {
      if (waiter.kind === 'promise') push(sources, waiter.promise, promise);
      else suspended.set(waiter.generator, suspendedAt(reader, waiter, promise));
    }
  });
  return {
    suspended,
    isPromise,
    builtin: (closure) => builtins.of(closure).name,
    waiters: (promise) => waiters.get(promise) ?? NOBODY,
    reactions: (promise) => reactionsOf.get(promise) ?? 0,
    sources: (promise) => sources.get(promise) ?? [],
    callbacks: (promise) => callbacks.get(promise) ?? [],
  };
}

const [UNKNOWN, SETTLED, WAITED] = [0, 1, 2];
const NOBODY: readonly Waiter[] = [];

interface Reader {
  heap: HeapGraph;
  names: ReturnType<typeof namesOf>;
  isPromise: (node: Node) => boolean;
  builtins: Builtins;
  hasWaiters: (promise: Node) => boolean;
}

/** Names that nodes are told by, as numbers of the snapshot. */
const namesOf = (heap: HeapGraph) => ({
  promise: heap.textId('Promise'),
  reaction: heap.textId('system / PromiseReaction'),
  capability: heap.textId('system / PromiseCapability'),
  request: heap.textId('system / AsyncGeneratorRequest'),
});

/** Several reactions hang together by hidden edges whose numbers differ between versions. */
function reactionChain({ heap, names }: Reader, first: Node): Node[] {
  const chain = [first];
  let seen: Set<Node> | undefined;
  for (let k = 0; k < chain.length; k++) {
    const end = heap.endOfEdges(chain[k]!);
    for (let edge = heap.firstEdge(chain[k]!); edge < end; edge++) {
      const to = heap.target(edge);
      if (heap.nameId(to) !== names.reaction) continue;
      seen ??= new Set(chain);
      if (!seen.has(to)) chain.push(to);
      seen.add(to);
    }
  }
  return chain;
}

interface Reaction {
  waiters: Waiter[];
  /** The promise that `then` answered, also if nobody waits for it. */
  derived: Node[];
  callbacks: Node[];
}

function readReaction(reader: Reader, reaction: Node): Reaction {
  const { heap, names, isPromise } = reader;
  const waiters: Waiter[] = [];
  const derived: Node[] = [];
  const callbacks: Node[] = [];
  /** Of the two handlers of an `await`, which share it. */
  let context = NONE;
  const end = heap.endOfEdges(reaction);
  for (let edge = heap.firstEdge(reaction); edge < end; edge++) {
    const to = heap.target(edge);
    if (heap.isClosure(to)) {
      const builtin = reader.builtins.of(to);
      if (builtin.name === '') {
        callbacks.push(to);
        const compiled = compiledAsync(heap, to, (closure) => reader.builtins.of(closure).name);
        if (compiled) take(waiters, compiledWaiter(compiled));
      } else if (builtin.kind === 'await') {
        const own = heap.to(to, 'context');
        if (own !== context) take(waiters, awaitingFunction(heap, own));
        context = own;
      } else {
        callbacks.push(...finallyCallback(heap, builtin.name, to));
        take(waiters, waitingPromise(reader, builtin, to));
      }
    } else if (heap.nameId(to) === names.capability) {
      for (const promise of promisesOf(reader, to)) addOnce(derived, promise);
    } else if (isPromise(to)) addOnce(derived, to);
  }
  const isWaiter = (node: Node): boolean => waiters.some((waiter) => nodeOf(waiter) === node);
  const others = derived.filter((promise) => !isWaiter(promise));
  // Beside built-in handlers V8 makes a promise that usually nobody has.
  const built = waiters.length > 0;
  for (const promise of others) {
    if (!built || reader.hasWaiters(promise)) waiters.push({ kind: 'promise', promise });
  }
  return { waiters, derived: others, callbacks };
}

/** Of a generator that is none any more, only that its promise follows is known. */
const compiledWaiter = ({ generator, outer }: CompiledAsync): Waiter =>
  generator === undefined ? { kind: 'promise', promise: outer } : { kind: 'function', generator, outer };

const nodeOf = (waiter: Waiter): Node => (waiter.kind === 'function' ? waiter.generator : waiter.promise);

/** Adds a waiter. One of the two handlers may be plain resolve or reject: the other one tells the combinator. */
function take(waiters: Waiter[], waiter: Waiter | undefined): void {
  if (!waiter) return;
  const known = waiters.findIndex((other) => nodeOf(other) === nodeOf(waiter));
  if (known < 0) waiters.push(waiter);
  else if (waiter.kind === 'promise' && waiter.combinator !== undefined) waiters[known] = waiter;
}

function addOnce(list: Node[], node: Node): void {
  if (!list.includes(node)) list.push(node);
}

function awaitingFunction(heap: HeapGraph, context: Node): Waiter | undefined {
  const generator = context === NONE ? NONE : heap.to(context, 'extension');
  return generator === NONE ? undefined : { kind: 'function', generator };
}

function waitingPromise(reader: Reader, { kind, combinator }: Builtin, closure: Node): Waiter | undefined {
  const context = kind === 'finally' ? NONE : reader.heap.to(closure, 'context');
  if (context === NONE) return undefined;
  const [promise] = promisesOf(reader, context);
  if (promise === undefined) return undefined;
  return { kind: 'promise', promise, ...(combinator && { combinator }) };
}

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
function promisesOf({ heap, names, isPromise }: Reader, holder: Node): Node[] {
  const found: Node[] = [];
  const end = heap.endOfEdges(holder);
  for (let edge = heap.firstEdge(holder); edge < end; edge++) {
    const type = heap.edgeType(edge);
    if (type === EdgeType.Property || type === EdgeType.Internal) continue;
    const to = heap.target(edge);
    if (isPromise(to)) found.push(to);
    else if (heap.nameId(to) === names.capability) {
      for (const inner of heap.edges(to)) if (isPromise(inner.to)) found.push(inner.to);
    }
  }
  return found;
}

function suspendedAt(
  { heap, names, isPromise }: Reader,
  { generator, outer }: Extract<Waiter, { kind: 'function' }>,
  awaits: Node,
): Suspended {
  if (outer !== undefined) return { generator, awaits, outers: [outer] };
  const outers: Node[] = [];
  const requests: Node[] = [];
  const end = heap.endOfEdges(generator);
  for (let edge = heap.firstEdge(generator); edge < end; edge++) {
    if (heap.edgeType(edge) === EdgeType.Property) continue;
    const to = heap.target(edge);
    if (isPromise(to)) addOnce(outers, to);
    else if (heap.nameId(to) === names.request) addOnce(requests, to);
  }
  // Calls of `next` that wait for their turn hang one behind the other.
  for (const request of requests) {
    for (const { to } of heap.edges(request)) {
      if (heap.nameId(to) === names.request) addOnce(requests, to);
      else if (isPromise(to)) addOnce(outers, to);
    }
  }
  return { generator, awaits, outers };
}

/** A function of V8's own, as it stands in a reaction. */
interface Builtin {
  /** '' for the program's functions. */
  name: string;
  kind: 'await' | 'finally' | 'other';
  combinator?: Combinator | undefined;
}

class Builtins {
  readonly #heap: HeapGraph;
  readonly #byCode = new Map<Node, Builtin>();

  constructor(heap: HeapGraph) {
    this.#heap = heap;
  }

  of(closure: Node): Builtin {
    const code = this.#heap.to(closure, 'code');
    if (code === NONE) return OF_USERS;
    let builtin = this.#byCode.get(code);
    if (!builtin) this.#byCode.set(code, (builtin = builtinOf(this.#heap.name(code))));
    return builtin;
  }
}

const OF_USERS: Builtin = { name: '', kind: 'other' };

/** @param code `(NAME builtin)` in Node 18, `(NAME builtin handle)` in 20, `(NAME builtin code)` later */
function builtinOf(code: string): Builtin {
  const name = /^\((\w+) builtin/.exec(code)?.[1] ?? '';
  if (name === '' || NOT_YET_COMPILED.test(name)) return OF_USERS;
  const kind = AWAIT.test(name) ? 'await' : FINALLY.test(name) ? 'finally' : 'other';
  return { name, kind, combinator: COMBINATORS.find(([pattern]) => pattern.test(name))?.[1] };
}

const AWAIT = /^Async(Function|Generator)(Await|YieldWithAwait|Return)/;
const FINALLY = /^Promise(Then|Catch)Finally/;
const COMBINATORS: [RegExp, Combinator][] = [
  [/^PromiseAllSettled\w*ElementClosure/, 'all-settled'],
  [/^PromiseAll\w*ElementClosure/, 'all'],
  [/^PromiseAny\w*ElementClosure/, 'any'],
];

/** Code of functions that were written in JavaScript and not yet compiled to their own. */
const NOT_YET_COMPILED =
  /^(CompileLazy|InterpreterEntryTrampoline|InterpreterPushArgs\w*|Baseline\w*|\w*Trampoline\w*)$/;

function push(map: Map<Node, Node[]>, key: Node, ...values: Node[]): void {
  const list = map.get(key);
  if (list) list.push(...values);
  else map.set(key, values);
}
