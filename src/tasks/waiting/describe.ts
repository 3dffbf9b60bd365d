import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';

/** Text of a string property; undefined where it is none, or not kept. */
export function textOf(heap: HeapGraph, object: Node, property: string): string | undefined {
  const value = heap.to(object, property);
  if (value === NONE || !heap.isString(value)) return undefined;
  return heap.name(value) || undefined;
}

/** Value of a number property: V8 names the node by it, or has an edge to its text. */
export function numberOf(heap: HeapGraph, object: Node, property: string): number | undefined {
  const value = heap.to(object, property);
  if (value === NONE || !heap.isNumber(value)) return undefined;
  const text = heap.to(value, 'value');
  const number = Number(text === NONE ? heap.name(value) : heap.name(text));
  return Number.isFinite(number) ? number : undefined;
}

/** `timer of 5000 ms`, `interval of 1000 ms`. */
export function describeTimer(heap: HeapGraph, timeout: Node): string {
  const ms = numberOf(heap, timeout, '_idleTimeout');
  const what = numberOf(heap, timeout, '_repeat') === undefined ? 'timer' : 'interval';
  return ms === undefined ? what : `${what} of ${ms} ms`;
}

/** `Socket 127.0.0.1:5432`, by what Node keeps of where it was connected to. */
export function describeSocket(heap: HeapGraph, socket: Node): string {
  const name = heap.name(socket);
  const peer = heap.to(socket, '_peername');
  const holder = peer === NONE ? socket : peer;
  const host = textOf(heap, holder, 'address') ?? textOf(heap, socket, '_host');
  const port = numberOf(heap, holder, 'port');
  if (host !== undefined) return `${name} ${host}${port === undefined ? '' : `:${port}`}`;
  const path = textOf(heap, socket, '_pipeName');
  return path === undefined ? name : `${name} ${path}`;
}
