import { EdgeType, hasName, NodeType } from './tables.ts';
import type { HeapTables } from './tables.ts';

/** Index of a node in the tables of a snapshot. */
export type Node = number;

/** No such node. */
export const NONE = -1;

/** An edge, seen from one of its ends. */
export interface Edge {
  /** Index in the tables. */
  index: number;
  type: number;
  from: Node;
  to: Node;
}

/** Questions to a heap snapshot: who refers to what, by which name. */
export class HeapGraph {
  readonly #tables: HeapTables;
  #places: Uint32Array | undefined;
  #retainers: { first: Uint32Array; edges: Uint32Array } | undefined;

  constructor(tables: HeapTables) {
    this.#tables = tables;
  }

  get nodeCount(): number {
    return this.#tables.nodeCount;
  }

  /** Class of an object, name of a function, text of a string. */
  name(node: Node): string {
    return this.#tables.strings.text(this.#tables.nodeName[node]!);
  }

  isClosure(node: Node): boolean {
    return this.#tables.nodeType[node] === NodeType.Closure;
  }

  isObject(node: Node): boolean {
    return this.#tables.nodeType[node] === NodeType.Object;
  }

  isString(node: Node): boolean {
    return this.#tables.nodeType[node] === NodeType.String;
  }

  isNumber(node: Node): boolean {
    return this.#tables.nodeType[node] === NodeType.Number;
  }

  /** Id that the inspector knows the object by. */
  id(node: Node): number {
    return this.#tables.nodeId[node]!;
  }

  /** The node with that id; {@link NONE} where there is none. Goes through all. */
  byId(id: number): Node {
    return this.#tables.nodeId.indexOf(id);
  }

  /** Number of a text, which nodes can be compared by; {@link NONE} where the snapshot does not have it. */
  textId(text: string): number {
    return this.#tables.strings.find(text);
  }

  /** {@link name} as such a number. */
  nameId(node: Node): number {
    return this.#tables.nodeName[node]!;
  }

  /** Number of the first edge that leaves a node. To walk edges by numbers is several times as fast as {@link edges}. */
  firstEdge(from: Node): number {
    return this.#tables.firstEdge[from]!;
  }

  /** One more than the last one's. */
  endOfEdges(from: Node): number {
    return this.#tables.firstEdge[from + 1]!;
  }

  /** The node that an edge leads to. */
  target(edge: number): Node {
    return this.#tables.edgeTo[edge]!;
  }

  edgeType(edge: number): number {
    return this.#tables.edgeType[edge]!;
  }

  /** Name of an edge; of an element its index, of a hidden edge ''. */
  edgeName({ type, index }: Edge): string {
    const name = this.#tables.edgeName[index]!;
    if (hasName(type)) return this.#tables.strings.text(name);
    return type === EdgeType.Element ? String(name) : '';
  }

  /** Edges that leave a node. */
  *edges(from: Node): Generator<Edge> {
    const { firstEdge, edgeType, edgeTo } = this.#tables;
    for (let index = firstEdge[from]!; index < firstEdge[from + 1]!; index++) {
      yield { index, type: edgeType[index]!, from, to: edgeTo[index]! };
    }
  }

  /** The node that an edge of this name leads to; {@link NONE} where there is none. */
  to(from: Node, name: string): Node {
    const wanted = this.#tables.strings.find(name);
    if (wanted < 0) return NONE;
    const { firstEdge, edgeType, edgeName, edgeTo } = this.#tables;
    for (let index = firstEdge[from]!; index < firstEdge[from + 1]!; index++) {
      if (edgeName[index] === wanted && hasName(edgeType[index]!)) return edgeTo[index]!;
    }
    return NONE;
  }

  /** Hands on the elements of an array, but for holes and small integers. */
  eachElement(array: Node, use: (position: number, element: Node) => void): void {
    const { firstEdge, edgeType, edgeName, edgeTo } = this.#tables;
    for (let index = firstEdge[array]!; index < firstEdge[array + 1]!; index++) {
      if (edgeType[index] === EdgeType.Element) use(edgeName[index]!, edgeTo[index]!);
    }
  }

  /** Makes the indexes that {@link retainers} and {@link place} need, so that the first of them need not wait for it. */
  index(): void {
    this.#places ??= this.#indexPlaces();
    this.#retainers ??= this.#invert();
  }

  /** Edges that lead to a node, weak ones left out. */
  *retainers(to: Node): Generator<Edge> {
    const { first, edges } = (this.#retainers ??= this.#invert());
    const { edgeType } = this.#tables;
    for (let k = first[to]!; k < first[to + 1]!; k++) {
      const index = edges[k]!;
      const type = edgeType[index]!;
      if (type !== EdgeType.Weak) yield { index, type, from: this.#fromOf(index), to };
    }
  }

  /** Hands on the ends of every edge of that type and name. */
  eachEdgeCalled(type: number, name: string, use: (from: Node, to: Node) => void): void {
    const wanted = this.#tables.strings.find(name);
    if (wanted < 0) return;
    const { edgeCount, edgeType, edgeName, edgeTo, firstEdge } = this.#tables;
    let from = 0;
    for (let index = 0; index < edgeCount; index++) {
      if (edgeName[index] !== wanted || edgeType[index] !== type) continue;
      while (firstEdge[from + 1]! <= index) from++;
      use(from, edgeTo[index]!);
    }
  }

  /** Where a function begins, from 1; undefined for built-ins. */
  place(closure: Node): { line: number; column: number } | undefined {
    const { locations } = this.#tables;
    const at = (this.#places ??= this.#indexPlaces())[closure]!;
    return at === 0 ? undefined : { line: locations[at + 1]! + 1, column: locations[at + 2]! + 1 };
  }

  /** The node that an edge leaves. */
  #fromOf(edge: number): Node {
    const { firstEdge } = this.#tables;
    let low = 0;
    let high = this.#tables.nodeCount - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (firstEdge[middle]! <= edge) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Position of each function's script in the locations; 0 = not known. */
  #indexPlaces(): Uint32Array {
    const { locations, nodeCount } = this.#tables;
    const places = new Uint32Array(nodeCount);
    for (let at = 0; at < locations.length; at += LOCATION) places[locations[at]!] = at + 1;
    return places;
  }

  #invert(): { first: Uint32Array; edges: Uint32Array } {
    const { nodeCount, edgeCount, edgeTo } = this.#tables;
    const first = new Uint32Array(nodeCount + 1);
    for (let edge = 0; edge < edgeCount; edge++) first[edgeTo[edge]! + 1]!++;
    for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!;
    const edges = new Uint32Array(edgeCount);
    // Each start moves to its end while the edges are dealt out, and back again.
    for (let edge = 0; edge < edgeCount; edge++) edges[first[edgeTo[edge]!]!++] = edge;
    first.copyWithin(1, 0, nodeCount);
    first[0] = 0;
    return { first, edges };
  }
}

const LOCATION = 4;
