import type { Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import type { PackedError } from './worker-error.ts';

/** What the analysis worker is started with. */
export interface AnalyzeJob {
  /** The recording, absolute. */
  file: string;
}

/** From the worker; `done` or `failed` is the last one. */
export type FromAnalyzeWorker =
  | { type: 'log'; level: 'debug' | 'info' | 'warn'; message: string }
  | { type: 'done'; outcome: Outcome<Report> }
  | { type: 'failed'; error: PackedError };
