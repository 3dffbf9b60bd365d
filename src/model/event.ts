/**
 * One recorded event: four 32-bit words, as the agent writes them into its ring and as the recording keeps them.
 *
 * ```
 *   word 0            word 1   word 2      word 3
 *   op | extra << 8   id       a           b
 * ```
 * An async id is one of a resource or promise within one thread: even for resources of `async_hooks`, odd for promises that only
 * `v8.promiseHooks` saw, below zero when older than the attach, 0 for none or unknown. A request id counts from 1.
 *
 * `time` is in µs since the recording's clock origin, modulo 2^32 (read it with `>>> 0`); events of a thread are in
 * order, so a reader unwraps it. Ids are async ids unless said otherwise.
 */
export const Op = {
  /**
   * A resource or promise was created. extra = type index, a = trigger, b = execution (in whose execution).
   * An `await` shows as a promise of its own whose trigger is the awaited promise; its Before is the moment the function goes on.
   */
  Init: 1,
  /** Its callback or reaction begins. a = time. */
  Before: 2,
  /** ... and ended. a = time. */
  After: 3,
  /** A promise was resolved or rejected. a = time of the last clock read, b = execution: the waker. */
  Settled: 4,
  /** Heartbeat timer ran. id = lateness in µs, a = time, b = µs the loop was idle since the last one. */
  Heartbeat: 5,
  /** A request came in; it belongs to the execution under way. extra = {@link RequestKind}, id = request id, a = time, b = label index. */
  RequestStart: 6,
  /**
   * Its response was finished, or the connection closed. Messages have no end: they are over when nothing runs any more that
   * they led to. extra = status code (0 = closed before), id = request id, a = time, b = route label index or 0.
   */
  RequestEnd: 7,
  /** Garbage collection. extra = kind of `perf_hooks`, id = duration in µs, a = time of its start. */
  Gc: 8,
  /** A pending promise was picked at random. extra = weight x 16, id = promise, a = time, b = StackId. */
  WaitSample: 9,
  /**
   * id = number of events that were lost here because the ring was full, a = time. 0: from here on the graph is not
   * recorded until the next Init, to keep the budget; what was under way has no end.
   */
  Dropped: 10,
  /** A promise still pending at the end. extra = {@link PendingReach}, id = promise, a = time of creation, b = StackId. */
  Pending: 11,
  /**
   * Something was asked of the world outside; it belongs to the execution under way.
   * extra = {@link OperationKind}, id = operation id (counts from 1), a = time, b = label index: `GET http://host/path`, a command.
   */
  OperationStart: 12,
  /** The answer came, or none will. extra = status or exit code, 0xffffff = failed, id = operation id, a = time, b = execution. */
  OperationEnd: 13,
  /** Where a sampled resource or promise was created; follows its Init. extra = weight (it stands for so many), id, a = time, b = StackId. */
  InitStack: 14,
  /**
   * A message was handed to another thread or process, by the execution under way. extra = 1: the messages of this channel are
   * counted from its beginning; 0: from when we came. id = its number in the channel, a = time, b = label index of the channel.
   */
  MessageSent: 15,
  /** Such a message begins to be handed to the program. The same words; a channel has the same label at both ends. */
  MessageReceived: 16,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** 32-bit words in an event. */
export const EVENT_WORDS = 4;

/** Whether anybody still held a promise that was pending at the end, and so could settle it. */
export const PendingReach = { Unknown: 0, Held: 1, Gone: 2 } as const;
export type PendingReach = (typeof PendingReach)[keyof typeof PendingReach];

/** What kind of work a request is: an HTTP request, a message of a WebSocket, a message to a worker or a child process. */
export const RequestKind = { Http: 1, Http2: 2, WebSocket: 3, Message: 4 } as const;
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind];

/** What was asked of the world outside: by `http.request`, by fetch (undici), of an HTTP/2 session, a child process. */
export const OperationKind = { Http: 1, Fetch: 2, Http2: 3, ChildProcess: 4 } as const;
export type OperationKind = (typeof OperationKind)[keyof typeof OperationKind];
