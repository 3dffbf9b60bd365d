import type { SourceLocation } from './location.ts';

/**
 * What the source alone proves about a file; findings join it with what was measured at the same lines.
 * Made by the lint room, read by the analysis room, so that neither knows the other.
 */
export interface SourceFacts {
  file: string;
  /** Number of its lines; absent when it could not be parsed. */
  lines?: number;
  /** First and last line of each function; absent when it could not be parsed. */
  functions?: LineRange[];
  /** The same to the column: tells which functions are written in which. */
  functionRanges?: FunctionRange[];
  /** Runs of awaits that do not depend on each other. */
  independentAwaits: IndependentAwaits[];
  /** Every call expression: tells which line of a function made a call that a profile shows only by name. */
  calls: CallSite[];
  /** Calls of functions known to be async whose promise nobody awaits, and whose errors nobody handles. */
  floating?: FloatingCall[];
  leaks?: ListenerLeak[];
}

/** From its first character to the one after its last; of a method, from its name on. */
export interface FunctionRange {
  start: { line: number; column: number };
  end: { line: number; column: number };
  /** It is async, and errors in it are handed on to whoever called it. */
  rejects?: true;
  /** Names of its parameters, of those that have one; absent without any. */
  parameters?: string[];
}

export interface LineRange {
  first: number;
  last: number;
}

/** Every run of this adds a listener to an emitter that outlives it, and none is removed. */
export interface ListenerLeak {
  /** As it is written: `stock`. */
  emitter: string;
  event: string;
  line: number;
  column: number;
  /** Functions of which every run comes here; absent where that is not known. */
  within?: FunctionStart[];
}

/** Where a function begins, as its {@link FunctionRange} does. */
export interface FunctionStart {
  line: number;
  column: number;
}

export interface FloatingCall {
  /** Last name of the callee. */
  callee: string;
  line: number;
  column: number;
}

/** Awaits of one function that follow each other although none uses the result of an earlier one. */
export interface IndependentAwaits {
  /** Where each `await` stands, in order. At least two, or one in a loop. */
  awaits: SourceLocation[];
  /** Those of one turn of a loop whose turns do not need each other; within a turn they may. */
  loop?: true;
  function: string;
}

export interface CallSite {
  /** Last name of the callee: `readFileSync` in `fs.readFileSync(...)`. */
  callee: string;
  line: number;
  column: number;
  /** Lines of the innermost function around the call; the whole file at module level. */
  functionStart: number;
  functionEnd: number;
  /** Its first argument where that is a text that begins with a slash, as a route is registered: `/orders/:id`. */
  path?: string;
  /** Last name of what is written to: `res` in `res.write()`, `socket` in `this.socket.write()`. */
  receiver?: string;
  /** Names in the arguments of a call that may keep them: `push`, `add`, `set`. */
  kept?: string[];
  /** A statement of its own whose value nobody uses, of a function that this file does not declare: `this.audit.record(order);`. */
  dropped?: true;
  /** What it does, where it is a built-in that a profile shows no frame for: its time looks like that of its line. */
  frameless?: 'json' | 'regexp' | 'native' | 'sync-other';
}
