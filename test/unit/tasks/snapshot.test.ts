import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeapGraph, NONE } from '../../../src/tasks/snapshot/heap-graph.ts';
import { TableBuilder } from '../../../src/tasks/snapshot/tables.ts';

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [
    ['hidden', 'object', 'closure', 'code', 'string', 'number'],
    'string',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'], 'x', 'node'],
};
const STRINGS = ['', 'Pool', 'waiting', 'say "hi"\\ \u2028\n', 'Array', 'x'.repeat(5000)];
const FIELDS = META.node_fields.length;

/** Pool.waiting -> Array; Array[3] -> a text; weak Array -> Pool. */
const TEXT = JSON.stringify({
  snapshot: { meta: META, node_count: 3, edge_count: 3, trace_function_count: 0 },
  nodes: [1, 1, 11, 0, 1, 0, /**/ 1, 4, 13, 0, 2, 0, /**/ 4, 3, 15, 0, 0, 0],
  edges: [2, 2, FIELDS, /**/ 1, 3, 2 * FIELDS, /**/ 6, 2, 0],
  trace_tree: [[1, [2, 3]], 4],
  locations: [],
  strings: STRINGS,
});

function read(parts: readonly string[]): HeapGraph {
  const builder = new TableBuilder();
  for (const part of parts) builder.write(part);
  return new HeapGraph(builder.end());
}

describe('a heap snapshot', () => {
  test('is read the same wherever its text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length }), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
        const heap = read(at.slice(1).map((end, k) => TEXT.slice(at[k], end)));
        const array = heap.to(0, 'waiting');
        expect(heap.name(0)).toBe('Pool');
        expect(heap.name(array)).toBe('Array');
        const elements: string[] = [];
        heap.eachElement(array, (position, node) => (elements[position] = heap.name(node)));
        expect(elements[3]).toBe(STRINGS[3]);
        expect([...heap.retainers(array)].map(({ from }) => from)).toEqual([0]);
        expect([...heap.retainers(0)]).toEqual([]);
        expect([heap.id(2), heap.byId(13), heap.byId(99)]).toEqual([15, 1, NONE]);
      }),
      { numRuns: 200 },
    );
  });

  test('is read one character at a time', () => {
    expect(read(TEXT.match(/[^]/g) ?? []).name(2)).toBe(STRINGS[3]);
  });

  test.each([
    ['that ends early', TEXT.slice(0, -1), /complete/],
    ['of another kind', '{"nodes":[1]}', /no header/],
    ['that is no JSON', 'hello', /not the text/],
    ['that claims to be endless', TEXT.replace('"node_count":3', '"node_count":9999999999'), /too large/],
  ])('%s is refused', (_, text, message) => {
    expect(() => read([text])).toThrow(message);
  });
});
