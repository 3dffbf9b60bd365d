import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { EdgeType } from '../snapshot/tables.ts';

const MAX_SCOPES = 16;

/** A variable of a Context or of those around it; V8 puts those that are written to into cells. {@link NONE}: no such one. */
export function variable(heap: HeapGraph, context: Node, name: string, scopes = MAX_SCOPES): Node {
  for (let at = context, k = 0; at !== NONE && k < scopes; at = heap.to(at, 'previous'), k++) {
    const value = heap.to(at, name);
    if (value === NONE) continue;
    if (heap.name(value) !== 'system / ContextCell') return value;
    for (const edge of heap.edges(value)) if (!heap.name(edge.to).startsWith('system /')) return edge.to;
  }
  return NONE;
}

/** The Contexts that a function sees, innermost first. */
export function scopesOf(heap: HeapGraph, closure: Node): Node[] {
  const scopes: Node[] = [];
  if (closure === NONE) return scopes;
  let at = heap.to(closure, 'context');
  for (; at !== NONE && scopes.length < MAX_SCOPES; at = heap.to(at, 'previous')) scopes.push(at);
  return scopes;
}

/** Values of the local variables and arguments of a suspended function; their names are not in the heap. */
export function locals(heap: HeapGraph, generator: Node): Node[] {
  const registers = heap.to(generator, 'parameters_and_registers');
  if (registers === NONE) return [];
  return [...heap.edges(registers)].flatMap(({ to }) =>
    heap.isObject(to) || heap.isClosure(to) ? [to] : [],
  );
}

/** Where a path of properties leads; {@link NONE} where it ends. Methods are found in the classes, too. */
export function follow(heap: HeapGraph, from: Node, names: readonly string[]): Node {
  let at = from;
  for (const name of names) {
    let holder = at;
    let next = heap.to(holder, name);
    for (let depth = 0; next === NONE && depth < MAX_CLASSES; depth++) {
      holder = heap.to(holder, '__proto__');
      if (holder === NONE) return NONE;
      next = heap.to(holder, name);
    }
    if (next === NONE) return NONE;
    at = next;
  }
  return at;
}

const MAX_CLASSES = 6;

/** Whether an object is another one, or has it as a part: in a property of a property. */
export function hasPart(heap: HeapGraph, whole: Node, part: Node): boolean {
  let level = [whole];
  for (let depth = 0; depth <= MAX_PARTS; depth++) {
    if (level.includes(part)) return true;
    level = level.flatMap((node) =>
      [...heap.edges(node)].flatMap((edge) => {
        if (edge.type !== EdgeType.Property || !heap.isObject(edge.to)) return [];
        return NOT_PARTS.has(heap.edgeName(edge)) ? [] : [edge.to];
      }),
    );
    if (level.length > MAX_LOOKED_AT) return false;
  }
  return false;
}

const MAX_PARTS = 2;
const MAX_LOOKED_AT = 500;
const NOT_PARTS = new Set(['__proto__', 'constructor', 'prototype', 'parent', 'domain']);

/** Names under which modules export an object. */
export function exportedAs(heap: HeapGraph, object: Node): Set<string> {
  const names = new Set<string>();
  for (const { from } of heap.retainers(object)) {
    if (heap.name(from) !== 'system / Cell') continue;
    for (const edge of heap.retainers(from)) {
      const position = Number(heap.edgeName(edge));
      if (edge.type !== EdgeType.Internal || !Number.isInteger(position)) continue;
      // In the table of a module's exports the name stands before the cell.
      const key = heap.to(edge.from, String(position - 1));
      if (key !== NONE && heap.isString(key)) names.add(heap.name(key));
    }
  }
  return names;
}
