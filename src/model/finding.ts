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
  | 'native'
  | 'debugger-pause';

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
  kind: 'call' | 'await' | 'then' | 'timer' | 'event' | 'all' | 'http-request' | 'library';
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
  routes: RouteSummary[];
  findings: Finding[];
}
