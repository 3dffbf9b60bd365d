import { SnapshotText } from './read-text.ts';
import type { RecordTaker } from './read-text.ts';
import { StringTable } from './string-table.ts';

/** Types of nodes by V8's names, as numbers that do not depend on its version. */
export const NodeType = {
  Other: 0,
  Object: 1,
  Closure: 2,
  Code: 3,
  String: 4,
  Number: 5,
  Hidden: 6,
} as const;
export const EdgeType = { Context: 0, Element: 1, Property: 2, Internal: 3, Hidden: 4, Weak: 5 } as const;

/** A heap snapshot as columns. Nodes and edges go by their index. */
export interface HeapTables {
  nodeCount: number;
  edgeCount: number;
  nodeType: Uint8Array;
  /** Index of a string. */
  nodeName: Uint32Array;
  nodeId: Uint32Array;
  /** First edge of each node, and one more: where the edges end. */
  firstEdge: Uint32Array;
  edgeType: Uint8Array;
  /** Index of a string; of an element or a hidden edge the number itself. */
  edgeName: Uint32Array;
  edgeTo: Uint32Array;
  /** Where functions begin: node, script id, line, column (from 0), one after the other. */
  locations: Uint32Array;
  strings: StringTable;
}

/** Builds {@link HeapTables} from the text of a snapshot, part by part. */
export class TableBuilder {
  readonly #text = new SnapshotText({
    header: (text) => this.#header(text),
    section: (name) => this.#section(name),
    string: (text) => this.#tables?.strings.add(text),
  });
  #tables: HeapTables | undefined;
  #nodeFields: string[] = [];
  #edgeFields: string[] = [];
  #nodeTypes: number[] = [];
  #edgeTypes: number[] = [];
  #locations = new GrowingColumn();
  #maxName = 0;

  write(chunk: string): void {
    this.#text.write(chunk);
  }

  /** @throws Error when the text was not a whole snapshot */
  end(): HeapTables {
    const tables = this.#tables;
    if (!tables || !this.#text.complete) throw new Error('The heap snapshot ended before it was complete.');
    tables.locations = this.#locations.values();
    return tables;
  }

  #header(text: string): void {
    const { meta, node_count, edge_count } = JSON.parse(text) as SnapshotHeader;
    if (!(node_count <= MAX_COUNT && edge_count <= MAX_COUNT)) {
      throw new Error(`A heap of ${node_count} objects is too large to be read.`);
    }
    this.#nodeFields = meta.node_fields;
    this.#edgeFields = meta.edge_fields;
    this.#nodeTypes = meta.node_types[0].map((name) => NODE_TYPES[name] ?? NodeType.Other);
    this.#edgeTypes = meta.edge_types[0].map((name) => EDGE_TYPES[name] ?? EdgeType.Hidden);
    this.#tables = {
      nodeCount: node_count,
      edgeCount: edge_count,
      nodeType: new Uint8Array(node_count),
      nodeName: new Uint32Array(node_count),
      nodeId: new Uint32Array(node_count),
      firstEdge: new Uint32Array(node_count + 1),
      edgeType: new Uint8Array(edge_count),
      edgeName: new Uint32Array(edge_count),
      edgeTo: new Uint32Array(edge_count),
      locations: new Uint32Array(0),
      strings: new StringTable(0),
    };
  }

  #section(name: string): RecordTaker | undefined {
    const tables = this.#tables;
    if (!tables) throw new Error('The heap snapshot has no header.');
    switch (name) {
      case 'nodes':
        return this.#nodes(tables);
      case 'edges':
        return this.#edges(tables);
      case 'locations':
        return this.#functions(tables);
      case 'strings':
        tables.strings = new StringTable(this.#maxName + 1);
        markNeeded(tables);
    }
    return undefined;
  }

  #nodes({ nodeCount, nodeType, nodeName, nodeId, firstEdge }: HeapTables): RecordTaker {
    const fields = this.#nodeFields;
    const stride = fields.length;
    const [type, name, id, edges] = ['type', 'name', 'id', 'edge_count'].map((field) =>
      fields.indexOf(field),
    ) as [number, number, number, number];
    const types = this.#nodeTypes;
    let node = 0;
    let maxName = 0;
    const take = (records: Uint32Array, length: number): void => {
      for (let at = 0; at < length && node < nodeCount; at += stride, node++) {
        nodeType[node] = types[records[at + type]!] ?? NodeType.Other;
        const text = records[at + name]!;
        nodeName[node] = text;
        if (text > maxName) maxName = text;
        nodeId[node] = records[at + id]!;
        firstEdge[node + 1] = firstEdge[node]! + records[at + edges]!;
      }
      this.#maxName = maxName;
    };
    return { stride, take };
  }

  #edges({ edgeCount, edgeType, edgeName, edgeTo }: HeapTables): RecordTaker {
    const fields = this.#edgeFields;
    const stride = fields.length;
    const [type, name, to] = ['type', 'name_or_index', 'to_node'].map((field) => fields.indexOf(field)) as [
      number,
      number,
      number,
    ];
    const types = this.#edgeTypes;
    const perNode = this.#nodeFields.length;
    let edge = 0;
    let maxName = this.#maxName;
    const take = (records: Uint32Array, length: number): void => {
      for (let at = 0; at < length && edge < edgeCount; at += stride, edge++) {
        const kind = types[records[at + type]!] ?? EdgeType.Hidden;
        edgeType[edge] = kind;
        const text = records[at + name]!;
        edgeName[edge] = text;
        if (text > maxName && hasName(kind)) maxName = text;
        edgeTo[edge] = records[at + to]! / perNode;
      }
      this.#maxName = maxName;
    };
    return { stride, take };
  }

  #functions({ nodeType }: HeapTables): RecordTaker {
    const stride = this.#nodeFields.length;
    const take = (records: Uint32Array, length: number): void => {
      for (let at = 0; at < length; at += LOCATION_FIELDS) {
        const node = records[at]! / stride;
        records[at] = node;
        // Of other objects it would be their class's place, for each of them.
        if (nodeType[node] === NodeType.Closure)
          this.#locations.add(records.subarray(at, at + LOCATION_FIELDS));
      }
    };
    return { stride: LOCATION_FIELDS, take };
  }
}

/** Node, script, line, column. */
const LOCATION_FIELDS = 4;

/** Whether an edge is told by a string. */
export const hasName = (edgeType: number): boolean =>
  edgeType !== EdgeType.Element && edgeType !== EdgeType.Hidden;

interface SnapshotHeader {
  meta: {
    node_fields: string[];
    node_types: [string[], ...unknown[]];
    edge_fields: string[];
    edge_types: [string[], ...unknown[]];
  };
  node_count: number;
  edge_count: number;
}

/** About 8 GB of tables: more than any heap that this can be asked of. */
const MAX_COUNT = 1 << 29;

const NODE_TYPES: Partial<Record<string, number>> = {
  object: NodeType.Object,
  closure: NodeType.Closure,
  code: NodeType.Code,
  string: NodeType.String,
  'concatenated string': NodeType.String,
  'sliced string': NodeType.String,
  number: NodeType.Number,
  hidden: NodeType.Hidden,
};
const EDGE_TYPES: Partial<Record<string, number>> = {
  context: EdgeType.Context,
  element: EdgeType.Element,
  property: EdgeType.Property,
  internal: EdgeType.Internal,
  hidden: EdgeType.Hidden,
  shortcut: EdgeType.Property,
  weak: EdgeType.Weak,
};

/**
 * Strings are most of a snapshot, and most of them are the program's data. Kept are names of classes, functions and
 * properties, what code refers to (file names), and of the rest what is short, as far as there is room.
 */
function markNeeded(tables: HeapTables): void {
  const { nodeCount, nodeType, nodeName, firstEdge, edgeCount, edgeType, edgeName, edgeTo, strings } = tables;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== NodeType.String) strings.need(nodeName[node]!, 'always');
    else strings.need(nodeName[node]!, 'if-short');
    if (nodeType[node] !== NodeType.Code) continue;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      strings.need(nodeName[edgeTo[edge]!]!, 'always');
    }
  }
  for (let edge = 0; edge < edgeCount; edge++) {
    if (hasName(edgeType[edge]!)) strings.need(edgeName[edge]!, 'always');
  }
  strings.limit(nodeCount, edgeCount);
}

/** Numbers in an array that doubles. */
class GrowingColumn {
  #values = new Uint32Array(1024);
  #length = 0;

  add(values: Uint32Array): void {
    if (this.#length + values.length > this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  values(): Uint32Array {
    return this.#values.subarray(0, this.#length);
  }
}
