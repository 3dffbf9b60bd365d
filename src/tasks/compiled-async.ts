import { variable } from './holding/scopes.ts';
import { NONE } from './snapshot/heap-graph.ts';
import type { HeapGraph, Node } from './snapshot/heap-graph.ts';
import { EdgeType } from './snapshot/tables.ts';

/** An async function that a compiler made a generator of, as it stands at a `yield`. */
export interface CompiledAsync {
  /** The plain generator that runs its body; undefined where even that was compiled, for engines without generators. */
  generator: Node | undefined;
  /** The promise that its callers got. */
  outer: Node;
}

/**
 * The compiled async function that goes on when a callback of `then` is called: TypeScript's `__awaiter` and Babel's
 * `asyncToGenerator` give `then` two functions that see both the generator and the resolve function of its promise.
 */
export function compiledAsync(
  heap: HeapGraph,
  callback: Node,
  builtin: (closure: Node) => string,
): CompiledAsync | undefined {
  const context = heap.to(callback, 'context');
  if (context === NONE) return undefined;
  for (const name of GENERATORS) {
    const generator = variable(heap, context, name, NEAR);
    if (generator === NONE || !heap.isObject(generator)) continue;
    const real = heap.to(generator, 'parameters_and_registers') !== NONE;
    if (!real && heap.to(generator, 'next') === NONE) continue;
    const resolve = variable(heap, context, 'resolve', NEAR);
    if (resolve === NONE || !builtin(resolve).startsWith('PromiseCapabilityDefaultResolve')) return undefined;
    const own = heap.to(resolve, 'context');
    if (own === NONE) return undefined;
    for (const { to, type } of heap.edges(own)) {
      if (type !== EdgeType.Property && type !== EdgeType.Internal && heap.name(to) === 'Promise') {
        return { generator: real ? generator : undefined, outer: to };
      }
    }
  }
  return undefined;
}

/** As the helpers of compilers call the variable: `generator` in TypeScript and esbuild, `gen` and `n` in Babel. */
const GENERATORS = ['generator', 'gen', 'n'];
/** Both variables are in the helper's own scopes. */
const NEAR = 3;
