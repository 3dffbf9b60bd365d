import { NONE } from '../snapshot/heap-graph.ts';
import type { Edge, HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { EdgeType } from '../snapshot/tables.ts';

/** Objects that only hold others: containers of the language, and lists and queues of Node. */
const BOX =
  /^(Object|Array|Map|Set|SafeMap|SafeSet|WeakMap|\(.*\)|Arguments|Listener|FixedQueue|FixedCircularBuffer|PriorityQueue|TimersList|AsyncWrap|FreeList|Generator|AsyncGenerator|)$/;
/** Whether an object only holds others, so that whoever holds it holds them. */
export const isBox = (name: string): boolean => BOX.test(name) || name.startsWith('(');

/**
 * Classes of what stands in a queue, and of queues: whoever has those says more, so one goes on from them, but they are
 * named when nobody is found.
 */
const ENTRY =
  /(Node|Entry|Item|Element|Link|Deferred|Request|Handler|Waiter|Command|Callback|Pending|Queue|Deque|Denque|List|Heap|Fifo|FIFO|Yallist|Stack|Slot)$/;
export const isEntry = (name: string): boolean => ENTRY.test(name);

/** An object of listeners: that of `_events` of some emitter. */
export function isListeners(heap: HeapGraph, object: Node): boolean {
  for (const edge of heap.retainers(object)) if (heap.edgeName(edge) === '_events') return true;
  return false;
}

/** The text key beside a value in the table of a map: keys and values take turns there. */
export function keyOf(heap: HeapGraph, edge: Edge): string | undefined {
  const name = heap.edgeName(edge);
  if (edge.type !== EdgeType.Internal || !/^\d+$/.test(name)) return undefined;
  const key = heap.to(edge.from, String(Number(name) - 1));
  return key !== NONE && heap.isString(key) ? heap.name(key) || undefined : undefined;
}

/** An edge as a step of a property path; '' for what is inside a container. */
export function stepOf(heap: HeapGraph, edge: Edge): string {
  const name = heap.edgeName(edge);
  if (edge.type === EdgeType.Element) return `[${name}]`;
  // Backing stores: not the program's words.
  if (edge.type !== EdgeType.Property)
    return edge.type === EdgeType.Internal && /^\d+$/.test(name) ? '[]' : '';
  return `.${name}`;
}

/** A step within a chain of entries, which is one place, however long it is. */
export const isLink = (step: string): boolean => /^\.#?_?(next|prev|previous)$/.test(step);
