import type { Node } from '../snapshot/heap-graph.ts';
import type { KnownHolder } from './known-classes.ts';

/** Who could settle a promise, as far as the heap tells. */
export interface Holders {
  /** The nearest object of Node that calls back. */
  known: (KnownHolder & { callback: Node }) | undefined;
  /** Where its resolve function is kept otherwise: the way to it in the program's words, and what it begins at. */
  kept: Kept[];
  /** Suspended functions that have the resolve function in a local variable. */
  locals: Node[];
  /** Functions that could call it, the program's and Node's own. */
  functions: Node[];
  /** Whether a resolve function, a native request or another promise that could settle it is alive. */
  reachable: boolean;
}

interface Kept {
  path: string;
  owner: Node;
  /** `seen`: it is only a variable that other functions see, which says less than a place where it is stored. */
  how: 'stored' | 'seen';
}
