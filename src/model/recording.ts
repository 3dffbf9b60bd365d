import type { FrameId, StackId } from './ids.ts';
import type { Frame } from './location.ts';
import type { RecordingMode } from './note.ts';
import type { Problem } from './problem.ts';

/** What is known when a recording begins. */
export interface RecordingHeader {
  /** Wall clock at the clock origin, ms since the epoch. */
  startedAt: number;
  target: TargetInfo;
  /** The mode that recording began in. */
  mode: RecordingMode;
  /** How events left the process: over a local socket or pipe by a worker, or through the inspector connection. */
  transport: 'socket' | 'binding';
  /** True when the process ran before we came: older resources have an unknown origin. */
  attachedLate: boolean;
  /** Version of LoopLens that wrote the file. */
  writer: string;
}

export interface TargetInfo {
  pid: number;
  /** As `process.version`. */
  node: string;
  /** The main script, absolute, or '' where there is none. */
  script: string;
  /** Working folder of the process. */
  cwd: string;
  platform: string;
  threads: { id: string; name: string }[];
  /** Size of libuv's thread pool. */
  threadPoolSize: number;
}

/** What is known when it ended. Absent when the file was cut off. */
export interface RecordingTrailer {
  durationUs: number;
  events: number;
  /** Events lost because a ring was full, or because what carried them away did not end in time. */
  dropped: number;
  /** Events that the agents counted as they happened: `events` and `dropped` together. Absent where one of them died first. */
  produced?: number;
  /** Why it ended. */
  ended: 'duration' | 'stopped' | 'target-exited' | 'connection-lost';
  /** Our own share of the target's main-thread CPU time, 0..1, and how it is known. */
  overheadShare: number;
  problems: Problem[];
}

/** Tables that events point into. They grow while recording; indices never change. Index 0 of each is "none". */
export interface RecordingTables {
  /** Types of async resources: `PROMISE`, `Timeout`, `FSREQCALLBACK`, ... */
  types: string[];
  /** Request labels: `GET /orders/17`, routes: `GET /orders/:id`. */
  labels: string[];
  frames: Frame[];
  /** Innermost frame first. */
  stacks: FrameId[][];
}

/** A stack of a thread taken while its loop was held. */
export interface StallStack {
  /** Absent: the first thread. */
  thread?: string;
  /** µs since the clock origin. */
  timeUs: number;
  /** How long the same execution had already been running, µs. */
  heldUs: number;
  stack: StackId;
}

/** A rejection that nobody handled in time. */
export interface Rejection {
  /** Absent: the first thread. */
  thread?: string;
  timeUs: number;
  /** Name and message of the reason, without data: `TypeError: x is not a function`. */
  reason: string;
  /** Where the reason was created; 0 when it is no Error. */
  stack: StackId;
  /** True when it ended the process. */
  fatal: boolean;
}

/** A CPU profile, source maps applied; sampled every `intervalUs`. */
export interface CpuProfile {
  /** Absent: the first thread. */
  thread?: string;
  intervalUs: number;
  /** µs since the clock origin. */
  startUs: number;
  endUs: number;
  nodes: ProfileNode[];
  /** Index into `nodes` for each sample. */
  samples: number[];
  /** µs since the clock origin, one for each sample, ascending. */
  times: number[];
}

export interface ProfileNode {
  /** Index of the parent; -1 for the root. */
  parent: number;
  /** The function: its frame's line is where it begins. */
  frame: FrameId;
  /** Lines of the author's source where this node itself was on top, with the number of samples. */
  ticks: { line: number; count: number }[];
}

/** A batch of events of one thread, in order, {@link EVENT_WORDS} words each. */
export interface EventBatch {
  thread: string;
  words: Int32Array;
}
