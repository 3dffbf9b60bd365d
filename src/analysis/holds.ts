import type { RecordingTables, StallStack } from '../model/recording.ts';
import type { Frame } from '../model/location.ts';
import type { Heartbeats } from './passes/heartbeats.ts';
import type { Work } from './passes/work.ts';
import { callPath } from './profile/call-path.ts';
import type { CallPath } from './profile/call-path.ts';
import type { ProfileIndex, ProfilePlace } from './profile/profile-index.ts';

/** A stretch of time in which the loop did not turn. */
export interface Hold {
  startUs: number;
  endUs: number;
  /** Request that most of it was spent for; 0 = none or not known. */
  request: number;
  /** True when it was many small promise reactions and ticks rather than one long run. */
  scattered: boolean;
  /** What was seen to run in it, outermost cause first known; empty when nothing is known. */
  seen: { path: CallPath; place?: ProfilePlace; count: number }[];
}

/** Lateness of a heartbeat from which it is worth asking why, µs. */
const LATE_US = 20_000;

/** Least share of a stretch that samples must cover to say that the process ran at all. */
const COVERED = 0.3;

/** Many reactions, none of which is to blame alone. */
const SCATTERED_PIECES = 50;

/**
 * Every stretch of 5 ms and more in which the loop was held: long pieces of work, and lateness of heartbeats that no
 * recorded work explains (module code, native code). Ordered by time; what ran in each is from the CPU profile, or from
 * stack traces taken meanwhile where the profile has a hole.
 */
export function findHolds(inputs: HoldInputs): Hold[] {
  const { work, profile } = inputs;
  const holds: Hold[] = work.longUnits.map((unit) => ({
    startUs: unit.startUs,
    endUs: unit.endUs,
    request: unit.request,
    scattered: unit.pieces >= SCATTERED_PIECES && unit.longestPieceUs * 2 < unit.endUs - unit.startUs,
    seen: seenIn(inputs, unit.startUs, unit.endUs),
  }));
  for (const [startUs, endUs] of unexplained(inputs)) {
    // Without samples nobody ran: the machine slept, the process was stopped, or it had no processor.
    if (coverage(profile, startUs, endUs) < COVERED) continue;
    holds.push({ startUs, endUs, request: 0, scattered: false, seen: seenIn(inputs, startUs, endUs) });
  }
  return holds.sort((a, b) => a.startUs - b.startUs);
}

export interface HoldInputs {
  work: Work;
  heartbeats: Heartbeats;
  profile: ProfileIndex;
  stalls: readonly StallStack[];
  tables: RecordingTables;
}

/** The longest hole in the recorded work before each late heartbeat. */
function unexplained({ work, heartbeats }: HoldInputs): [number, number][] {
  const holes: [number, number][] = [];
  const { spans } = work;
  for (let i = 0; i < heartbeats.timesUs.length; i++) {
    const lateness = heartbeats.latenessUs[i]!;
    if (lateness < LATE_US) continue;
    const end = heartbeats.timesUs[i]!;
    let from = end - lateness;
    let best: [number, number] = [from, from];
    const take = (to: number): void => {
      if (to - from > best[1] - best[0]) best = [from, to];
    };
    for (let s = spans.firstEndingAfter(from); s < spans.length && spans.start(s) < end; s++) {
      take(spans.start(s));
      from = Math.max(from, spans.end(s));
    }
    take(end);
    if (best[1] - best[0] >= LATE_US) holes.push(best);
  }
  return holes;
}

function coverage(profile: ProfileIndex, startUs: number, endUs: number): number {
  let count = 0;
  for (let i = profile.firstFrom(startUs); i < profile.length && profile.times[i]! <= endUs; i++) {
    if (profile.places[profile.samples[i]!]!.path.kind !== 'idle') count++;
  }
  return (count * profile.intervalUs) / Math.max(1, endUs - startUs);
}

function seenIn(inputs: HoldInputs, startUs: number, endUs: number): Hold['seen'] {
  const sampled = [...inputs.profile.count(startUs, endUs)]
    .map(([place, count]) => ({ path: place.path, place, count }))
    .filter((entry) => entry.path.kind !== 'idle');
  if (sampled.some((entry) => entry.path.kind === 'code')) return sampled;
  const stalled = stallsIn(inputs, startUs, endUs);
  return stalled.length > 0 ? stalled : sampled;
}

function stallsIn({ stalls, tables }: HoldInputs, startUs: number, endUs: number): Hold['seen'] {
  return stalls
    .filter((stall) => stall.timeUs >= startUs && stall.timeUs <= endUs)
    .map((stall) => ({ path: callPath(framesOf(tables, stall.stack), 'exact'), count: 1 }))
    .filter((entry) => entry.path.levels.length > 0);
}

/** Frames of a stack, outermost first. */
function framesOf(tables: RecordingTables, stack: number): Frame[] {
  const frames: Frame[] = [];
  for (const id of tables.stacks[stack] ?? []) {
    const frame = tables.frames[id];
    if (frame && id !== 0) frames.push(frame);
  }
  return frames.reverse();
}
