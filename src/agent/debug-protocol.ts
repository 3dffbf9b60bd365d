/** Registered symbol under which the debugger's part is found in the global object of a thread. */
export const DEBUG_KEY = 'looplens.debug';

/** What the debugger's part says of itself, through the inspector's binding. */
export type DebugMessage =
  /** A log point spoke. */
  | { t: 'log'; id: number; text: string }
  /** The condition of a breakpoint threw. */
  | { t: 'failed'; id: number; text: string };

/** Breakpoints on asynchrony that need something inside the process. */
export interface Watches {
  /** A heartbeat, to tell how long the loop has been held. */
  loop?: boolean;
  /** Async hooks, to tell how long a callback or a drain of microtasks has been running. */
  callbacks?: boolean;
  /** Stop for promises that are awaited and pending for longer than this, ms. */
  pendingMs?: number;
  /** Stop for rejections that nobody handles. */
  rejections?: boolean;
  /** Know what runs inside a request. */
  requests?: boolean;
  /** Stop where the async context of a request, or a store of AsyncLocalStorage, is missing. */
  context?: boolean;
}

/** Registered symbol under which the memory of calls of async functions is found in the global object of a thread. */
export const CREATIONS_KEY = 'looplens.creations';

/** Where an async function was called; line and column from 1, of the running code. */
export interface CreationSite {
  /** The calling function; '' for none. */
  function: string;
  url: string;
  line: number;
  column: number;
}
