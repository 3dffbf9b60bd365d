import type { ChainStep } from '../../model/finding.ts';

/**
 * What one file tells about functions, as plain data: enough to link it with the other files of a project without
 * its tree. It holds names of modules as they are written; where they lead is found when files are linked.
 */
export interface FileIndex {
  functions: IndexedFunction[];
  classes: IndexedClass[];
  /** What other files can name; `default` among them. */
  exports: Record<string, Value>;
  /** Modules of `export * from`. */
  stars: string[];
  /** Modules that it loads, by name. */
  loads: string[];
  /** Where it runs, as far as the file itself shows: it uses what only Node has, or what only pages have. */
  place?: 'node' | 'page';
  /** It has the program go on when nobody handles a rejection. */
  survives?: true;
  calls: IndexedCall[];
  /** Functions that a framework calls although nothing in the source does: decorated methods, exports by
   * convention; `bySight`: a function that only looks like a handler, which any surer reason overrides. */
  entries: { fn: number; entry: EntryPoint; bySight?: true }[];
}

/** Of a file that says nothing, or cannot be read: nobody in it calls anything. */
export const EMPTY_INDEX: FileIndex = {
  functions: [],
  classes: [],
  exports: {},
  stars: [],
  loads: [],
  calls: [],
  entries: [],
};

/** A function, told apart from the others of its file by a name that survives edits elsewhere. */
export interface IndexedFunction {
  /** `Store.load`, `handler/parse`, `<anonymous>` with a number where needed. */
  id: string;
  /** As V8 names it; absent for an anonymous one. */
  name?: string;
  /** Offset of its first character. */
  start: number;
  line: number;
  column: number;
  endLine: number;
  /** What a call of it gives: by `async`, an annotation, JSDoc, or by what it returns. */
  gives: 'promise' | 'value' | 'unknown';
  /** What it returns, where that is a function, object or class that can be named. */
  returns?: Value;
  /** The promise that it gives never rejects: what it waits for cannot fail, or it answers the errors. */
  calm?: true;
  /** The promise that it gives rejects in branches only: whether it comes to that is decided by what it is given. */
  seldom?: true;
  /** Ends of the calls whose rejection becomes its own, where it rejects for no other reason. */
  fails?: number[];
  /** Ends of the calls that it waits for each time it runs, where it waits for nothing else and gives a promise. */
  waits?: number[];
  /** Ends of the calls whose result it returns, where it returns nothing else. */
  hands?: number[];
  /** It may have callers that the file does not show. */
  open: boolean;
  /** It runs when the process ends, or in a test. */
  aside?: true;
  /** Fingerprint of its own source without spaces: the same function after a move. */
  hash: string;
}

/** A class, or a function that is used as one. */
export interface IndexedClass {
  name?: string;
  build?: number;
  members: Record<string, Value>;
  statics: Record<string, Value>;
  base?: Value;
  promises: Value[];
}

/**
 * A way to a value. A tuple's first element says which:
 *
 * ```
 *   ['fn', 3]                      the file's function 3
 *   ['class', 0]                   the file's class 0
 *   ['this', 0]                    an instance of it
 *   ['object', { load: value }]    an object literal
 *   ['module', './store', 'Store'] what a module exports; without a name the module itself
 *   ['get', value, 'load']         a member; '()' calls or constructs, '*' is any member
 *   ['made', value, [value]]       what a call makes of functions that it is given
 *   ['param', 3, 0]                a parameter of function 3, and perhaps its declared type
 *   ['any', [value, value]]        one of several
 * ```
 */
export type Value =
  | ['fn', number]
  | ['class', number]
  | ['this', number]
  | ['object', Record<string, Value>]
  | ['module', string]
  | ['module', string, string]
  | ['get', Value, string]
  | ['made', Value, Value[]]
  | ['param', number, number]
  | ['param', number, number, Value]
  | ['any', Value[]];

/** A call, with what it does to the functions among its arguments. */
export interface IndexedCall {
  /** The function it stands in; -1 for module level, and for what a function does the first time only. */
  from: number;
  line: number;
  column: number;
  /** Offset behind its last character: tells calls of a chain apart. */
  end: number;
  callee: Value | null;
  awaited?: true;
  /** Arguments that may matter, by position; null for the others. */
  args?: (Value | null)[];
  /** What roles of callbacks are judged by; only where a function is passed. */
  shape?: CallShape;
}

/** The parts of a call that tell what it does with a function. */
export interface CallShape {
  /** Last name of the callee: `get` in `app.get(...)`. */
  name: string;
  /** Last name of the object it is called on; '' for a plain call. */
  receiver: string;
  /** Called as a method, as a function, or with `new`. */
  how: 'method' | 'function' | 'new';
  /** Text of constant arguments, as written for regular expressions and numbers; null for the others. */
  texts: (string | null)[];
  /** How many arguments may be functions. */
  functions: number;
  /** The path in `app.route('/x').get(...)`. */
  route?: string;
  /** String properties of object arguments: `{ method: 'GET', url: '/x' }`. */
  options?: Record<string, string>;
  /** It stands inside the function that it is given: a timer that starts itself again. */
  again?: true;
  /** A function written there takes a request and a response, by the names of its parameters. */
  handles?: true;
}

/** Why the loop calls a function again and again while the program serves. */
export interface EntryPoint {
  step: Extract<ChainStep['kind'], 'http-request' | 'event' | 'timer'>;
  /** `GET /orders/:id`, `'message' event`. */
  label: string;
}
