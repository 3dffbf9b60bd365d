import type { Comparison } from '../model/comparison.ts';
import type { Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import type { PackedError } from './worker-error.ts';

/** What the analysis worker is started with. */
export type AnalyzeJob =
  /** The recording, absolute. */
  | { kind: 'analyze'; file: string }
  /** Two of them. */
  | { kind: 'compare'; base: string; head: string };

/** What a job is answered with. */
export interface AnalyzeAnswers {
  analyze: Outcome<Report>;
  compare: Outcome<Comparison>;
}

/** From the worker; `done` or `failed` is the last one. */
export type FromAnalyzeWorker =
  | { type: 'log'; level: 'debug' | 'info' | 'warn'; message: string }
  | { type: 'done'; outcome: AnalyzeAnswers[AnalyzeJob['kind']] }
  | { type: 'failed'; error: PackedError };
