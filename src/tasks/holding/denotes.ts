import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';
import { isOutermost } from '../waiting/module-context.ts';
import type { Chain } from './earlier-calls.ts';
import { exportedAs, follow, hasPart, locals, scopesOf, variable } from './scopes.ts';

/** A suspended function, and what its module imports. */
export interface Suspension {
  generator: Node;
  closure: Node;
  /** See {@link exportedName}. */
  exported: (local: string) => string | undefined;
}

/**
 * Whether a call in the text of a suspended function was one on this object, or on one that has it as a part: by the
 * variables that the function sees, its receiver, what its module imports; of local variables, which have no names in
 * a heap, any may be meant.
 *
 * @param resource an object, or the Context of functions that keep a queue in a variable
 */
export function denotes(
  heap: HeapGraph,
  { generator, closure, exported }: Suspension,
  { object, method }: Chain,
  resource: Node,
): boolean {
  const [root = method, ...path] = object;
  const meant = (value: Node): boolean => {
    const called = follow(heap, value, path);
    if (called === NONE) return false;
    if (isScope(heap, resource)) {
      const fn = object.length === 0 ? called : follow(heap, called, [method]);
      return fn !== NONE && heap.isClosure(fn) && sees(heap, fn, resource);
    }
    if (object.length === 0) return heap.isClosure(called) && sees(heap, called, resource);
    return hasPart(heap, called, resource);
  };
  if (root === 'this') {
    const receiver = heap.to(generator, 'receiver');
    return receiver !== NONE && meant(receiver);
  }
  const context = heap.to(generator, 'context');
  const known = variable(heap, context === NONE ? heap.to(closure, 'context') : context, root);
  if (known !== NONE) return meant(known);
  const name = exported(root);
  if (name === '*') return isExported(heap, resource, path[0] ?? '', path.slice(1));
  if (name !== undefined) return isExported(heap, resource, name, path);
  return locals(heap, generator).some(meant);
}

const isScope = (heap: HeapGraph, node: Node): boolean => heap.name(node).startsWith('system / Context');

/** Whether a function belongs to a resource: it was made beside the variable that holds it, but not by a whole module. */
export function sees(heap: HeapGraph, closure: Node, resource: Node): boolean {
  for (const scope of scopesOf(heap, closure)) {
    if (isOutermost(heap, scope)) return false;
    if (scope === resource) return true;
    for (const edge of heap.edges(scope)) {
      if (edge.to === resource && heap.edgeName(edge) !== 'previous') return true;
    }
  }
  return false;
}

/**
 * Under which name the module that a variable is imported from exports it; its own name where the module itself does;
 * `*` for a whole module.
 */
export function exportedName(text: string, local: string): string | undefined {
  const name = local.replaceAll('$', String.raw`\$`);
  const importing = new RegExp(String.raw`\bimport\s[^;'"]*?(?:(\w+)\s+as\s+${name}\b|\b${name}\b)`, 'u');
  for (const statement of text.match(/^\s*import\s[^;'"]*/gmu) ?? []) {
    const found = importing.exec(statement);
    if (!found) continue;
    if (found[1] !== undefined) return found[1];
    if (statement.includes('*')) return '*';
    return new RegExp(String.raw`^\s*import\s+${name}\b`, 'u').test(statement) ? 'default' : local;
  }
  return new RegExp(String.raw`^\s*export\s+(?:const|let|var)\s+${name}\b`, 'mu').test(text)
    ? local
    : undefined;
}

/** Whether a module exports the resource, or what it is a part of, under a name. */
function isExported(heap: HeapGraph, resource: Node, name: string, path: readonly string[]): boolean {
  const wholes = new Set([resource]);
  for (const whole of wholes) {
    for (const { from } of heap.retainers(whole)) {
      if (wholes.size < MAX_WHOLES && heap.isObject(from)) wholes.add(from);
    }
  }
  return [...wholes].some((whole) => {
    if (!exportedAs(heap, whole).has(name)) return false;
    const called = follow(heap, whole, path);
    return called !== NONE && hasPart(heap, called, resource);
  });
}

const MAX_WHOLES = 30;
