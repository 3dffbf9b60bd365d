import type { CodeOwner, SourceLocation } from './location.ts';

/**
 * Identity of an object in the heap of one thread, as V8's heap snapshots number it. It stays valid while the object
 * lives and the connection that took the snapshot is open: `HeapProfiler.getObjectByHeapObjectId` gives the object.
 */
export type HeapObjectId = number;

/** What a suspended function waits for. */
export type WaitingKind =
  | 'timer'
  | 'fs'
  | 'net'
  | 'dns'
  | 'http'
  | 'stream'
  | 'worker'
  | 'child-process'
  | 'event'
  /** A promise whose resolve function is kept somewhere: `detail` tells where. */
  | 'promise'
  /** Nobody has the resolve function any more: it can never settle. */
  | 'unreachable'
  | 'unknown';

export interface WaitingFor {
  kind: WaitingKind;
  /** For people, one line: `setTimeout of 5000 ms`, `"data" of Socket 127.0.0.1:5432`, `resolver held by Pool.#waiting[3]`. */
  detail: string;
  /** The code that would go on with it: a callback's function, the function that holds the resolver. */
  location?: SourceLocation;
  /**
   * Where it stands in line behind others: the groups of tasks that have what it waits for, as far as the heap and the
   * source tell. Empty: no suspended task is known to have it. Absent: it stands in no line.
   */
  holders?: TaskHolder[];
}

/** A group of tasks that has what others wait for: a lock, a connection of a pool. */
export interface TaskHolder {
  /** Index into {@link TaskDump.tasks}. */
  task: number;
  /** What it has, as its code calls it: `stock`, `this.pool`; else the name of its class. */
  what: string;
  /** The call that took it; absent: it runs inside a function of what it has, as under `lock.run(work)`. */
  taken?: SourceLocation;
}

/** How a frame stands in a logical stack: it awaits the frame before it, or is a combinator of promises between two. */
export type TaskFrameKind = 'await' | 'all' | 'all-settled' | 'any';

/**
 * One suspended function in a logical stack, or a combinator between two (`Promise.all`: no file, line 0).
 * Source maps are applied; lines and columns count from 1.
 */
export interface TaskFrame extends SourceLocation {
  /** As people call it: `Pool.acquire`, `(anonymous)`, `(top level)` for the body of a module. */
  function: string;
  /** False: only the function is known, and line and column are where it begins. */
  exact: boolean;
  kind: TaskFrameKind;
  owner: CodeOwner;
  /** Set when a source map exists but did not map the place. */
  unmapped?: true;
  /** Where the function was called, the most frequent place first; absent: not known. Only in a full dump. */
  calledAt?: TaskOrigin[];
}

/** A place where a suspended function was called: what created its task, if it is the outermost one. */
export interface TaskOrigin extends SourceLocation {
  /** The function that called it; `(anonymous)`, `(top level)`. */
  function: string;
  /** How many tasks of the group were called there, of those that were looked at. */
  count: number;
}

/** One of the tasks of a group: what a debugger needs to look into it. Known only of a full dump. */
export interface TaskInstance {
  /** Generator object of each frame of the group's stack; 0 for a combinator. */
  generators: HeapObjectId[];
  /** The promise that the innermost function awaits. */
  awaits: HeapObjectId;
}

/** Suspended async functions with the same logical stack. */
export interface Task {
  /** How many of them there are. Approximate in a quick dump. */
  count: number;
  /** Id of its thread in {@link TaskDump.threads}. */
  thread: string;
  /** Innermost frame first. Frames of Node's own JavaScript are left out; never empty. */
  stack: TaskFrame[];
  /** Absent in a quick dump. */
  waitingFor?: WaitingFor;
  /** Empty in a quick dump; at most {@link MAX_INSTANCES}. */
  instances: TaskInstance[];
}

/** More of them in one group are counted, but not listed one by one. */
export const MAX_INSTANCES = 1000;

/** Groups of tasks that wait for each other: none of them can go on. */
export interface TaskCycle {
  /** Indices into {@link TaskDump.tasks}: each waits for the next, the last for the first. */
  tasks: number[];
  /** For people: what each step waits for. */
  steps: string[];
}

/** Why tasks stand at a line, and what to do about it. */
export interface StuckVerdict {
  /**
   * `deadlock`: they wait for each other, or stand in line behind such. `never`: nothing can settle what they await.
   * `in-line`: others have what they wait for. `waiting`: something outside has to come. `unknown`: it cannot be told, or
   * only by a snapshot. `nobody`: no task stands there.
   */
  cause: 'deadlock' | 'never' | 'in-line' | 'waiting' | 'unknown' | 'nobody';
  /** One or two sentences. */
  message: string;
  /** What to do next; '' where there is nothing to do. */
  next: string;
  /** Whether this is all that can be told: after a quick look, a snapshot tells more. */
  certain: boolean;
  /** The tasks that stand there: indices into {@link TaskDump.tasks}. */
  tasks: number[];
}

/** A thread of the process with an event loop of its own. */
export interface TaskThread {
  /** `main`, or the inspector's id of the worker. */
  id: string;
  name: string;
}

/** What a heap snapshot cost and held, all threads together. */
export interface TaskSnapshot {
  /** Size of the heap, MB. */
  heapMB: number;
  /** How long the process was held for it, ms. */
  pauseMs: number;
  /** Suspended functions in it. */
  functions: number;
}

/**
 * Every suspended async function of a process at one moment.
 * `quick`: without a heap snapshot: exact lines, approximate counts, no `waitingFor`. `full`: with one.
 */
export interface TaskDump {
  depth: 'quick' | 'full';
  target: { pid: number; node: string };
  threads: TaskThread[];
  snapshot?: TaskSnapshot;
  /** The largest group first. */
  tasks: Task[];
  cycles: TaskCycle[];
}
