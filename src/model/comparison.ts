import type { Health, Severity, TimeShares } from './finding.ts';
import type { SourceLocation } from './location.ts';

/** What became of something from one recording to another. `unclear`: too little was recorded of it to tell. */
export type Change = 'new' | 'gone' | 'worse' | 'better' | 'no-difference' | 'unclear';

/** A figure of both recordings, with what is known of its difference. Lower is better. */
export interface ComparedFigure {
  base: number;
  head: number;
  /** `head - base` lies between these with 99 % confidence. */
  low: number;
  high: number;
  change: Change;
}

export interface ComparedRoute {
  route: string;
  change: Change;
  requests: { base: number; head: number };
  /** Absent where either recording has no request of it. Times in ms. */
  p50Ms?: ComparedFigure;
  p95Ms?: ComparedFigure;
  p99Ms?: ComparedFigure;
  /** Where the time of its median requests went, ms, where both are known. */
  shares?: { base: TimeShares; head: TimeShares };
}

export interface ComparedFinding {
  change: Change;
  rule: string;
  /** Of the head's finding; of the base's where it is gone. */
  severity: Severity;
  message: string;
  location: SourceLocation;
  /** ms of cost per request, or per second where there are no requests; absent where nothing was measured. */
  cost?: { base: number; head: number; per: CostUnit };
  /** How often it happened per request or second, where what was measured is no time. */
  times?: { base: number; head: number; per: CostUnit };
}

export type CostUnit = 'request' | 'second';

/** A function of the user's own and its busiest line. */
export interface ComparedLine {
  change: Change;
  location: SourceLocation;
  /** Its own running time, ms per request, or per second where there are no requests. */
  selfMs: ComparedFigure;
  per: CostUnit;
  /** Share of the recorded time, 0..1. */
  loopShare: { base: number; head: number };
}

export interface ComparedHealth {
  base: Health;
  head: Health;
  /** Lateness of timers, ms; absent where a recording has too few looks at its loop. */
  delayP99Ms?: ComparedFigure;
}

/** The difference between two recordings of one program. */
export interface Comparison {
  /** What changed on the whole; `mixed` where some things got better and others worse. */
  verdict: 'better' | 'worse' | 'mixed' | 'no-difference' | 'unclear';
  base: ComparedRecording;
  head: ComparedRecording;
  health: ComparedHealth;
  /** What changed comes first; then the busiest. */
  routes: ComparedRoute[];
  findings: ComparedFinding[];
  /** Those that changed. */
  lines: ComparedLine[];
}

export interface ComparedRecording {
  file: string;
  durationMs: number;
  requests: number;
  node: string;
}
