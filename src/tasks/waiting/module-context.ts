import { NONE } from '../snapshot/heap-graph.ts';
import type { HeapGraph, Node } from '../snapshot/heap-graph.ts';

/**
 * Whether a Context is that of a module or script: it was made by code that runs only once, so everything in the file
 * can reach it. Of other functions and blocks V8 still has the code, which refers to the description of their scope.
 */
export function isModuleContext(heap: HeapGraph, context: Node): boolean {
  const extension = heap.to(context, 'extension');
  if (extension !== NONE && heap.name(extension).includes('Module')) return true;
  const scope = heap.to(context, 'scope_info');
  if (scope === NONE) return false;
  for (const edge of heap.retainers(scope)) {
    const name = heap.edgeName(edge);
    const holder = heap.name(edge.from);
    if (name === 'scope_info' || name === 'outer_scope_info' || holder.startsWith('system / ScopeInfo'))
      continue;
    if (name === 'raw_outer_scope_info_or_feedback_metadata') continue;
    return isWrapper(heap, edge.from);
  }
  // The code of a function that ran once long ago is thrown away, too: it has few functions, and others around it.
  return isOutermost(heap, context) || functionsOf(heap, context) > MAX_FUNCTIONS;
}

/** Whether nothing of the program is around a Context: it is that of a module or script, or of a function in one. */
export function isOutermost(heap: HeapGraph, context: Node): boolean {
  const outer = heap.to(context, 'previous');
  // Newer versions add the page's address.
  return outer === NONE || heap.name(outer).startsWith('system / NativeContext');
}

function functionsOf(heap: HeapGraph, context: Node): number {
  let functions = 0;
  for (const edge of heap.retainers(context)) {
    if (heap.isClosure(edge.from) && heap.edgeName(edge) === 'context') functions++;
  }
  return functions;
}

/** More are those of a module in a bundle. */
const MAX_FUNCTIONS = 8;

/** The function that Node puts around a CommonJS module begins where its file begins. */
function isWrapper(heap: HeapGraph, shared: Node): boolean {
  for (const edge of heap.retainers(shared)) {
    if (heap.edgeName(edge) !== 'shared' || !heap.isClosure(edge.from)) continue;
    const place = heap.place(edge.from);
    return place?.line === 1 && place.column === 1;
  }
  return false;
}
