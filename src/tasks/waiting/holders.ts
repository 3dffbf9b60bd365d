import type { AwaitGraph } from '../await-graph.ts';
import { NONE } from '../snapshot/heap-graph.ts';
import type { Edge, HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { EdgeType } from '../snapshot/tables.ts';
import { isBox, isEntry, isLink, isListeners, keyOf, stepOf } from './boxes.ts';
import { knownHolder } from './known-classes.ts';
import type { KnownHolder } from './known-classes.ts';
import type { Holders } from './holders-found.ts';
import { byMeaning } from './rank.ts';
import { isModuleContext } from './module-context.ts';

/** How a node was reached, which says where one may go on from it. */
type Role = 'promise' | 'function' | 'context' | 'box';

interface Place {
  node: Node;
  role: Role;
  depth: number;
  /** Property path from this place down to the resolve function: `.resolve`, `[3]`. */
  path: string;
  /** Name of the event that the callback listens to, once `_events` was passed. */
  event: string | undefined;
  /** Key of the last map that was passed. */
  key: string | undefined;
  /** The innermost function of the program on the way. */
  callback: Node;
}

/**
 * Goes up from a promise to whoever could settle it: from the promise to its resolve functions, requests and the
 * promises it derives from; from functions to what holds them; from arrays, maps and plain objects only to others of
 * those and to objects of Node that call back. From those never into a Context: that of a module leads everywhere.
 */
export function findHolders(heap: HeapGraph, graph: AwaitGraph, promise: Node): Holders {
  const walk = new Walk(heap, graph);
  walk.start(promise);
  return walk.finish();
}

const MAX_PLACES = 3000;
const MAX_DEPTH = 24;
/** How much farther than the nearest a better answer may be: the pipes of a child process are nearer than itself. */
const MARGIN = 6;
const MAX_SEEN = 5;
/** Everything that a script made may lead to its Context, and every task of the script asks. */
const MAX_LOOKED = 200;

class Walk {
  readonly #heap: HeapGraph;
  readonly #graph: AwaitGraph;
  readonly #queue: Place[] = [];
  /** Nodes, and where listeners of several events meet, nodes with the event. */
  readonly #seen = new Set<Node | string>();
  readonly #known: (KnownHolder & { callback: Node; depth: number; holder: Node })[] = [];
  readonly #kept: Holders['kept'] = [];
  /** Entries of queues, whose owners may say more. */
  readonly #entries: Holders['kept'] = [];
  readonly #locals = new Set<Node>();
  readonly #functions: Node[] = [];
  #reachable = false;

  constructor(heap: HeapGraph, graph: AwaitGraph) {
    this.#heap = heap;
    this.#graph = graph;
  }

  start(promise: Node): void {
    const start = { depth: 0, path: '', event: undefined, key: undefined, callback: NONE };
    this.#add({ ...start, node: promise, role: 'promise' });
    for (let k = 0; k < this.#queue.length && k < MAX_PLACES; k++) {
      const place = this.#queue[k]!;
      const first = this.#known[0];
      if (place.depth > MAX_DEPTH || (first && place.depth > first.depth + MARGIN)) break;
      this.#expand(place);
    }
  }

  finish(): Holders {
    const [nearest] = this.#known;
    // A listener added by `once` is a step farther than the one for errors beside it.
    const candidates = this.#known.filter(
      ({ kind, depth, holder }) =>
        depth === nearest?.depth || holder === nearest?.holder || kind === 'child-process',
    );
    const [best] = candidates.sort(byMeaning);
    const [known] = this.#known.filter(({ holder }) => holder === best?.holder).sort(byMeaning);
    return {
      known,
      kept: this.#places(),
      locals: [...this.#locals],
      functions: this.#functions,
      reachable: this.#reachable,
    };
  }

  /** Objects first, then queues from the outside inwards, then variables, which say less. */
  #places(): Holders['kept'] {
    const isObject = ({ owner }: Holders['kept'][number]): boolean => this.#heap.isObject(owner);
    const variables = this.#kept.filter((each) => !isObject(each));
    return [...this.#kept.filter(isObject), ...this.#entries.toReversed(), ...variables];
  }

  #add(place: Place): void {
    const { node, event, key } = place;
    const seen = event === undefined && key === undefined ? node : [node, event, key].join(' ');
    if (this.#seen.has(seen)) return;
    this.#seen.add(seen);
    this.#queue.push(place);
  }

  #expand(place: Place): void {
    switch (place.role) {
      case 'promise':
        this.#fromPromise(place);
        break;
      case 'function':
        this.#fromFunction(place);
        break;
      case 'context':
        this.#fromContext(place);
        break;
      case 'box':
        this.#fromBox(place);
    }
  }

  #fromPromise(place: Place): void {
    const { node, depth } = place;
    for (const source of this.#graph.sources(node)) {
      this.#reachable = true;
      this.#add({ ...place, node: source, depth: depth + 1 });
    }
    for (const edge of this.#heap.retainers(node)) {
      const { from } = edge;
      const name = this.#heap.name(from);
      if (name.startsWith('system / Context')) this.#resolversIn(from, place);
      else if (name === 'system / PromiseCapability') this.#resolversOf(from, place);
      else if (this.#heap.isObject(from) && NATIVE_REQUEST.test(name)) {
        this.#reachable = true;
        this.#decide(edge, place);
      }
    }
  }

  /** The resolve functions of a promise share a Context, which only they have. */
  #resolversIn(context: Node, place: Place): void {
    for (const { from, type } of this.#heap.retainers(context)) {
      if (type === EdgeType.Internal && this.#heap.isClosure(from) && this.#isResolver(from)) {
        this.#reachable = true;
        this.#add({ ...place, node: from, role: 'function', depth: place.depth + 1 });
      }
    }
  }

  #resolversOf(capability: Node, place: Place): void {
    for (const { to } of this.#heap.edges(capability)) {
      if (this.#heap.isClosure(to)) {
        this.#reachable = true;
        this.#add({ ...place, node: to, role: 'function', depth: place.depth + 1 });
      }
    }
  }

  #isResolver(closure: Node): boolean {
    return RESOLVER.test(this.#graph.builtin(closure));
  }

  #fromFunction(place: Place): void {
    for (const edge of this.#heap.retainers(place.node)) {
      const { from, type } = edge;
      const heap = this.#heap;
      const name = heap.name(from);
      const next = { ...place, node: from, depth: place.depth + 1 };
      // V8 puts a variable that is written to into a cell of its own.
      if (name === CELL) this.#add({ ...next, role: 'function' });
      else if (name.startsWith('system / Context')) {
        if (type !== EdgeType.Internal)
          this.#add({ ...next, role: 'context', path: `${heap.edgeName(edge)}${place.path}` });
      } else if (heap.isClosure(from)) {
        // A bound function, or a wrapper that has the listener as a property.
        if (type === EdgeType.Internal ? /^bound_/.test(heap.edgeName(edge)) : type === EdgeType.Property)
          this.#add({ ...next, role: 'function' });
        else if (type === EdgeType.Hidden) this.#add({ ...next, role: 'function' });
      } else if (name === 'system / PromiseReaction') {
        // It was given to `then`: whoever settles that promise calls it.
        const promise = this.#promiseOf(from);
        if (promise !== NONE) this.#add({ ...next, node: promise, role: 'promise' });
      } else this.#holder(edge, place);
    }
  }

  /** The promise that a reaction belongs to, through the chain of reactions. */
  #promiseOf(reaction: Node): Node {
    const chain = new Set([reaction]);
    for (const each of chain) {
      for (const edge of this.#heap.retainers(each)) {
        if (edge.type === EdgeType.Internal && this.#graph.isPromise(edge.from)) return edge.from;
        if (this.#heap.name(edge.from) === 'system / PromiseReaction') chain.add(edge.from);
      }
    }
    return NONE;
  }

  #fromContext(place: Place): void {
    const heap = this.#heap;
    // Anything in a module could call it, most of it never will.
    if (isModuleContext(heap, place.node)) {
      this.#keep(place.path, place.node);
      return;
    }
    const kept = this.#kept.length;
    let functions = 0;
    for (const { from, type, index } of heap.retainers(place.node)) {
      if (type !== EdgeType.Internal) continue;
      const name = heap.edgeName({ from, to: place.node, type, index });
      const next = { ...place, node: from, depth: place.depth + 1 };
      if (name === 'context' && heap.isClosure(from)) {
        functions++;
        this.#functions.push(from);
        const { callback } = place;
        this.#add({ ...next, role: 'function', callback: callback === NONE ? from : callback, path: '' });
      } else if (name === 'context' && this.#graph.suspended.has(from)) this.#locals.add(from);
      else if (name === 'previous') this.#add({ ...next, role: 'context' });
    }
    if (functions > 0 && this.#kept.length === kept) {
      this.#kept.push({ path: place.path, owner: place.node, how: 'seen' });
    }
  }

  #fromBox(place: Place): void {
    for (const edge of this.#heap.retainers(place.node)) this.#holder(edge, place);
  }

  /** What a function or a box is a part of. */
  #holder(edge: Edge, place: Place): void {
    const heap = this.#heap;
    const { from } = edge;
    const name = heap.name(from);
    if (this.#decide(edge, place)) return;
    if (name === CELL) {
      this.#add({ ...place, node: from, depth: place.depth + 1 });
      return;
    }
    if (name.startsWith('system / Context')) {
      // For its name only: the `this` of an arrow function is none.
      if (place.role === 'box' && edge.type !== EdgeType.Internal && heap.edgeName(edge) !== 'this')
        this.#keep(`${heap.edgeName(edge)}${place.path}`, from);
      return;
    }
    if (name.startsWith('system /') || heap.isClosure(from)) return;
    const next = { ...place, node: from, role: 'box' as const, depth: place.depth + 1 };
    if (!heap.isObject(from)) {
      const generator = this.#generatorOf(from);
      if (generator !== NONE) this.#locals.add(generator);
      // The backing store of an array, a map or a set.
      else if (name === '' || name.startsWith('('))
        this.#add({
          ...next,
          path: `${stepOf(heap, edge)}${place.path}`,
          key: keyOf(heap, edge) ?? place.key,
        });
      return;
    }
    const step = stepOf(heap, edge);
    const listeners = isListeners(heap, from);
    // A large object has its properties in a store of its own, and edges to them all the same.
    if (listeners && edge.type !== EdgeType.Property) return;
    const event = place.event ?? (listeners ? heap.edgeName(edge) : undefined);
    const path = `${step}${place.path}`;
    if (isBox(name) || listeners) {
      this.#add({ ...next, path, event });
      return;
    }
    const kept = { path: `${name}${path}`, owner: from, how: 'stored' as const };
    if (!isEntry(name)) this.#kept.push(kept);
    else {
      this.#entries.push(kept);
      const linked = isLink(step);
      this.#add({ ...next, depth: linked ? place.depth : next.depth, path: linked ? place.path : path });
    }
  }

  /** A variable that leads to the resolve function, with some of the functions that see it. */
  #keep(path: string, context: Node): void {
    this.#kept.push({ path, owner: context, how: 'stored' });
    let seen = 0;
    let looked = 0;
    for (const { from } of this.#heap.retainers(context)) {
      if (seen >= MAX_SEEN || ++looked > MAX_LOOKED) return;
      if (this.#heap.isClosure(from)) {
        seen++;
        this.#functions.push(from);
      }
    }
  }

  #decide(edge: Edge, place: Place): boolean {
    const heap = this.#heap;
    if (!heap.isObject(edge.from)) return false;
    const known = knownHolder(heap, edge.from, heap.edgeName(edge), place.event ?? place.key);
    if (known) {
      this.#known.push({ ...known, callback: place.callback, depth: place.depth, holder: edge.from });
    }
    return known !== undefined;
  }

  #generatorOf(registers: Node): Node {
    for (const edge of this.#heap.retainers(registers)) {
      if (this.#heap.edgeName(edge) === 'parameters_and_registers') return edge.from;
    }
    return NONE;
  }
}

const CELL = 'system / ContextCell';
const RESOLVER = /^PromiseCapabilityDefaultRe(solve|ject)/;
/** Native requests that hold the promise itself. */
const NATIVE_REQUEST = /^(FSReqPromise|FileHandle|FileHandleCloseReq|FSReqAfterScope)$/;
