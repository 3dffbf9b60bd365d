import type { Report } from '../../model/finding.ts';
import type { SourceLocation } from '../../model/location.ts';

/** What comparing needs to know of one recording. */
export interface Run {
  /** The recording's path, for people. */
  file: string;
  /** Working folder of the recorded process: places are matched relative to it. */
  cwd: string;
  report: Report;
  /** Durations of the answered requests of each route, ms, in the order in which they were answered. */
  durations: ReadonlyMap<string, readonly number[]>;
  /** Lateness of each look at the main loop, ms, in order. */
  delays: readonly number[];
  lines: readonly RunLine[];
  /** Requests answered in each of the equal pieces that the recording is cut into. */
  requestsByPiece: readonly number[];
  /** Length of a piece, ms. */
  pieceMs: number;
}

/** A function of the user's own. */
export interface RunLine {
  /** Its busiest line. */
  location: SourceLocation;
  /** Own running time in each piece of the recording, ms. */
  selfMsByPiece: readonly number[];
}
