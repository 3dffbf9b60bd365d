import type { WaitingKind } from '../../model/task.ts';
import type { AwaitGraph } from '../await-graph.ts';
import { scriptOf } from '../frames.ts';
import { isLockName } from '../holding/lock-words.ts';
import { variable } from '../holding/scopes.ts';
import type { LogicalStack } from '../logical-stacks.ts';
import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { findHolders } from './holders.ts';

/** What one task waits for. */
export interface Wait {
  kind: WaitingKind;
  detail: string;
  /** The function of the program that goes on with it; NONE where there is none. */
  callback: Node;
  /** Suspended functions that alone could resolve it: what cycles are made of. */
  heldBy: Node[];
  /** Objects of the program that keep the resolve function among others, in order: those who wait for their turn. */
  queues: Node[];
}

/** What the innermost function of a stack waits for. */
export function waitsOf(heap: HeapGraph, graph: AwaitGraph, stack: LogicalStack): Wait {
  const [step] = stack.steps;
  const none = { callback: NONE, heldBy: [], queues: [] };
  if (step?.kind !== 'function') return { kind: 'unknown', detail: '', ...none };
  if (stack.circular) {
    return { kind: 'promise', detail: 'itself: the promises on this stack wait for each other', ...none };
  }
  const holders = findHolders(heap, graph, step.suspended.awaits);
  const { known, kept, locals } = holders;
  const places = kept.filter(({ how }) => how === 'stored');
  const stored = places.find(({ path }) => !/reject\w*$/i.test(path)) ?? places[0];
  // Who only listens for errors waits for something else, which is kept elsewhere.
  if (known && !(stored && /^"error" of /.test(known.detail) && heap.isObject(stored.owner))) {
    return { kind: known.kind, detail: known.detail, callback: known.callback, heldBy: [], queues: [] };
  }
  if (isFetch(heap, stack, holders.functions)) return { kind: 'http', detail: 'fetch', ...none };
  const iterated = iteratedEvent(heap, kept, holders.functions);
  if (iterated) return { ...iterated, ...none };
  const seen = kept.find(({ how }) => how === 'seen');
  const place = stored ?? (locals.length > 0 ? undefined : seen);
  if (place) {
    const queues = kept.flatMap(({ how, path, owner }) =>
      how === 'stored' && (IN_LINE.test(path) || isLockName(heap.name(owner))) ? [owner] : [],
    );
    const detail = `resolver held by ${tidy(place.path)}`;
    return { kind: 'promise', detail, callback: NONE, heldBy: [], queues };
  }
  if (locals.length > 0) {
    const names = [...new Set(locals.map((generator) => nameOf(heap, generator)))];
    const detail = `resolver held by a local variable of ${names.slice(0, 3).join(', ')}`;
    return { kind: 'promise', detail, callback: NONE, heldBy: locals, queues: [] };
  }
  if (holders.reachable) return { kind: 'unknown', detail: 'code that the heap does not show', ...none };
  return { kind: 'unreachable', detail: 'nothing can settle this promise any more', ...none };
}

/** undici's functions stand on the stack, or have the resolver: its own objects say nothing. */
function isFetch(heap: HeapGraph, { steps }: LogicalStack, functions: readonly Node[]): boolean {
  const onStack = steps.flatMap((step) =>
    step.kind === 'function' ? [heap.to(step.suspended.generator, 'function')] : [],
  );
  return [...onStack, ...functions].some((closure) => scriptOf(heap, closure).startsWith(UNDICI));
}

const UNDICI = 'node:internal/deps/undici';

/** `for await (... of on(emitter, 'name'))`: the iterator knows its emitter by the variables of Node's function only. */
function iteratedEvent(
  heap: HeapGraph,
  kept: readonly { owner: Node }[],
  functions: readonly Node[],
): Pick<Wait, 'kind' | 'detail'> | undefined {
  if (!functions.some((closure) => scriptOf(heap, closure) === 'node:events')) return undefined;
  for (const { owner } of kept) {
    const emitter = variable(heap, owner, 'emitter', MAX_SCOPES);
    if (emitter === NONE) continue;
    const event = variable(heap, owner, 'event', MAX_SCOPES);
    const name = event !== NONE && heap.isString(event) ? `"${heap.name(event)}" of ` : 'an event of ';
    return { kind: 'event', detail: `${name}${heap.name(emitter)}` };
  }
  return undefined;
}

const MAX_SCOPES = 4;
/** A place in an array or in a chain of objects. */
const IN_LINE = /\[\d+\]|\.#?_?(?:next|head|tail|first|last)\b/;

function nameOf(heap: HeapGraph, generator: Node): string {
  const closure = heap.to(generator, 'function');
  return (closure === NONE ? '' : heap.name(closure)) || '(anonymous)';
}

/** `.waiting[0].resolve` as `waiting[0].resolve`, a symbol `queue` as `[queue]`. */
const tidy = (path: string): string =>
  path.replace(/\.<symbol (.*?)>/g, '[$1]').replace(/^\./, '') || 'a closure';
