import type { SourceLocation } from './location.ts';

export const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `measured` in a recording; `certain`, `likely`, `possible`: concluded from the source. */
export type Confidence = 'measured' | 'certain' | 'likely' | 'possible';

/** What held the loop. */
export type Cause =
  | 'javascript'
  | 'sync-fs'
  | 'sync-crypto'
  | 'sync-zlib'
  | 'sync-child-process'
  | 'sync-other'
  | 'regexp'
  | 'json'
  | 'gc'
  | 'module-load'
  | 'microtasks'
  | 'native';

/** What was measured at a line. Times in ms. */
export interface Evidence {
  count: number;
  totalMs: number;
  maxMs: number;
  p99Ms: number;
  /** Share of the loop's time, 0..1. */
  loopShare: number;
  /** `GET /orders/:id`, the most affected first. */
  routes: string[];
}

/** A step from the finding's location outwards. */
export interface ChainStep extends Partial<SourceLocation> {
  kind: 'call' | 'await' | 'then' | 'timer' | 'event' | 'all' | 'http-request' | 'message' | 'library';
  /** Words for a step without a place, or beside it: `GET /`, `fastify@5.6.0`. */
  label?: string;
}

export interface TextEdit {
  file: string;
  /** Offsets in UTF-16 code units. */
  start: number;
  end: number;
  text: string;
}

/** How a regular expression is slow. */
export interface RegexpSlowness {
  growth: 'exponential' | 'polynomial';
  /** The power of the text's length that the time grows with, where it was worked out. */
  degree?: number;
  /** A text that it is slow on: JavaScript where that was confirmed, else the beginning of one. */
  attack: string;
  /** What the full check said; `screened` where only the fast one was asked. */
  check: 'confirmed' | 'undecided' | 'screened';
}

/**
 * A sentence with numbers and a place: the unit of everything LoopLens says, from a recording or from the source.
 * The same shape is the JSON contract (CLI `--format json`), so fields are only ever added.
 */
export interface Finding {
  /** Stable id; has a documentation page. */
  rule: string;
  severity: Severity;
  confidence: Confidence;
  message: string;
  location: SourceLocation;
  /** End of the range, where the source was parsed. */
  endLine?: number;
  endColumn?: number;
  thread?: string;
  cause?: Cause;
  evidence?: Evidence;
  chain: ChainStep[];
  related: { message: string; location: SourceLocation }[];
  fix?: { title: string; edits: TextEdit[] };
  regexp?: RegexpSlowness;
  /** Text of the source line when the finding was made: tells later whether the line was edited since. */
  lineText?: string;
}

export type Verdict =
  'blocked' | 'cpu-saturated' | 'gc-bound' | 'thread-pool-bound' | 'io-bound' | 'idle' | 'healthy';

export interface Health {
  verdict: Verdict;
  /** One sentence with the figures behind the verdict. */
  message: string;
  eventLoopDelayMs: { p50: number; p99: number; max: number };
  /** Share of time that the loop was not idle, 0..1. */
  utilization: number;
  /** Share of time in garbage collection, 0..1. */
  gcShare: number;
}

/** What happened on one route. Times in ms. */
export interface RouteSummary {
  route: string;
  requests: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Mean time on the loop per request. */
  runMs: number;
  p95Ms?: number;
  /** Thread that served them; absent for the first one. */
  thread?: string;
  /** Where the time went, of the requests around the median, and of the slowest 5 and 1 in a hundred. */
  breakdown?: { p50: TimeShares; p95: TimeShares; p99: TimeShares };
  /** What they waited for outside the loop, mean per request, the longest first. */
  waitsFor?: { kind: WaitKind; ms: number; detail?: string }[];
  /** Lines that held the loop while they were ready, mean per request, the longest first. */
  behind?: Culprit[];
  /** The request that was kept waiting longest by others, in a sentence with the culprits. Absent when it was a short time. */
  latest?: { ms: number; message: string; culprits: Culprit[] };
  /** From the request's arrival to its answer: how long it ran and where it waited, mean per request. */
  criticalPath?: PathStep[];
}

/** Parts of a request's time, ms. They add up to `totalMs`. */
export interface TimeShares {
  totalMs: number;
  /** For something outside the loop: a timer, a file, the network. */
  waitMs: number;
  /** What it waited for was there, but the loop was held by other work. */
  queuedMs: number;
  /** Ready, behind other ticks and promise reactions. */
  microtaskMs: number;
  /** Its own code ran. */
  runMs: number;
}

/** What a request waits for outside the loop. `other-request`: for what another request settles, a lock or a pool. */
export type WaitKind =
  | 'timer'
  | 'fs'
  | 'dns'
  | 'net'
  | 'http'
  | 'child-process'
  | 'worker'
  | 'crypto'
  | 'zlib'
  | 'other-request'
  | 'unknown';

/** Who held the loop while others were ready. */
export interface Culprit {
  /** Mean time per request of the victim, ms. */
  ms: number;
  cause: Cause;
  /** Absent for garbage collection, and for many short pieces of work. */
  location?: SourceLocation;
  /** Route that it held the loop for. */
  route?: string;
}

export interface PathStep extends Partial<SourceLocation> {
  kind: 'run' | 'wait' | 'queued' | 'microtask';
  ms: number;
  /** Of a wait. */
  waitsFor?: WaitKind;
}

/** Waiting at one line. */
export interface WaitLine {
  /** Of the `await`. */
  location: SourceLocation;
  /** Of all waiting, 0..1. */
  share: number;
  /** All waits there together, ms: ten functions that wait for a second make ten seconds. */
  totalMs: number;
  /** How often a function was met waiting there. */
  samples: number;
}

/** Where async functions waited, sampled, of the first thread. */
export interface WaitProfile {
  totalMs: number;
  /** The line with most waiting first. */
  lines: WaitLine[];
  /** Waiting whose line could not be told, 0..1. */
  unattributedShare: number;
}

/** The health of one thread of several. */
export interface ThreadHealth extends Health {
  id: string;
  name: string;
}

/** The answer of `record` and `analyze`. */
export interface Report {
  target: { pid: number; node: string; script: string; threads: { id: string; name: string }[] };
  recording: {
    durationMs: number;
    events: number;
    dropped: number;
    attachedLate: boolean;
    overhead: { cpuShare: number; mode: string };
  };
  health: Health;
  /** Of each thread, where there are several. */
  threads?: ThreadHealth[];
  routes: RouteSummary[];
  /** Absent when nothing was seen waiting. */
  waits?: WaitProfile;
  findings: Finding[];
}
