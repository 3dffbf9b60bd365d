import type { RecordingHeader, RecordingTables, Rejection } from '../model/recording.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import type { Problem } from '../model/problem.ts';
import type { Finding } from '../model/finding.ts';
import type { Hold } from './holds.ts';
import type { Hotspot } from './hotspots.ts';
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
  work: Work;
  requests: Requests;
  heartbeats: Heartbeats;
  waits: Waits;
  pending: Pending;
  profile: ProfileIndex;
  rejections: readonly Rejection[];
  lines: CallLines;
  facts: readonly SourceFacts[];
  /** Stretches of 5 ms and more in which the loop was held, in order of time. */
  holds: readonly Hold[];
  /** The places that held it. */
  hotspots: readonly Hotspot[];
  routes: readonly RouteTimes[];
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
