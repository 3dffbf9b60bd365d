import type { RecordOptions, RecordProgress, RecordResult, TargetSpec } from './contract.ts';
import type { PackedError } from './worker-error.ts';

/** What the record worker is started with. */
export interface RecordJob {
  target: TargetSpec;
  options: RecordSettings;
}

/** The options that can be sent to a thread. */
export type RecordSettings = Pick<
  RecordOptions,
  'durationMs' | 'out' | 'mode' | 'budget' | 'follow' | 'profileWorkers' | 'mapRoots' | 'flight' | 'reconnect'
>;

/** To the worker. `stop`: end the recording and keep what it has. */
export type ToRecordWorker = { type: 'stop' };

/** From the worker; `done` or `failed` is the last one. */
export type FromRecordWorker =
  | { type: 'progress'; progress: RecordProgress }
  | { type: 'log'; level: 'debug' | 'info' | 'warn'; message: string }
  | { type: 'output'; text: string }
  | { type: 'done'; result: RecordResult }
  | { type: 'failed'; error: PackedError };
