import type { RecordingHeader, RecordingTables, RecordingTrailer, Rejection } from '../model/recording.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import type { Problem } from '../model/problem.ts';
import type { Finding } from '../model/finding.ts';
import type { Hold } from './holds.ts';
import type { Hotspot } from './hotspots.ts';
import type { Breakdowns } from './breakdown.ts';
import type { Note } from '../model/note.ts';
import type { Births } from './passes/births.ts';
import type { MessageQueue } from './message-queues.ts';
import type { WorkerState } from './quiet-workers.ts';
import type { Bursts } from './passes/bursts.ts';
import type { Collections } from './passes/collections.ts';
import type { Creations } from './passes/creations.ts';
import type { Immediates } from './passes/immediates.ts';
import type { Intervals } from './passes/intervals.ts';
import type { Operations } from './passes/operations.ts';
import type { Pool } from './passes/pool.ts';
import type { Thresholds } from './thresholds.ts';
import type { Heartbeats } from './passes/heartbeats.ts';
import type { Pending } from './passes/pending.ts';
import type { Requests } from './passes/requests.ts';
import type { Waits } from './passes/waits.ts';
import type { Work } from './passes/work.ts';
import type { CallLines } from './profile/call-lines.ts';
import type { ProfileIndex } from './profile/profile-index.ts';
import type { RouteTimes } from './routes.ts';

/** All that was learnt of a recording: what the findings draw on. Nothing in it is changed by them. */
export interface Measured {
  header: RecordingHeader;
  tables: RecordingTables;
  /** From the first event to the last: what shares are of, µs. */
  observedUs: number;
  /** Last reading of the clock, µs. */
  endUs: number;
  /** Until when the loop was held that was held when the recording ended, µs; 0 where it was not. */
  heldUntilUs: number;
  /** First reading of the clock, µs. */
  startUs: number;
  thread: { id: string; name: string; isFirst: boolean };
  /** Of the first thread: worker threads that were there at the end. */
  workers: readonly WorkerState[];
  /** Messages that others sent to the thread for their requests; undefined where none came. */
  queue: MessageQueue | undefined;
  thresholds: Thresholds;
  work: Work;
  requests: Requests;
  heartbeats: Heartbeats;
  waits: Waits;
  pending: Pending;
  collections: Collections;
  intervals: Intervals;
  immediates: Immediates;
  pool: Pool;
  bursts: Bursts;
  births: Births;
  creations: Creations;
  operations: Operations;
  profile: ProfileIndex;
  rejections: readonly Rejection[];
  notes: readonly Note[];
  /** Why the recording ended; undefined when it was cut off. */
  ended: RecordingTrailer['ended'] | undefined;
  lines: CallLines;
  facts: readonly SourceFacts[];
  /** Stretches of 5 ms and more in which the loop was held, in order of time. */
  holds: readonly Hold[];
  /** The places that held it. */
  hotspots: readonly Hotspot[];
  routes: readonly RouteTimes[];
  /** Where the requests' time went. */
  breakdowns: Breakdowns;
}

/** One kind of finding: a file of its own, with its thresholds and words. */
export interface FindingRule {
  /** Stable; names the page beside the file. */
  id: string;
  /**
   * @param measured what is known of the recording
   * @param earlier findings of the rules that came before, so that one cause is told once
   * @param problems takes what could not be said
   */
  find(measured: Measured, earlier: readonly Finding[], problems: Problem[]): Finding[];
}
