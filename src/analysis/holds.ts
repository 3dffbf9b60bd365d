import type { RecordingTables, StallStack } from '../model/recording.ts';
import type { Frame } from '../model/location.ts';
import type { Heartbeats } from './passes/heartbeats.ts';
import type { Work } from './passes/work.ts';
import { seeInlined } from './inlined.ts';
import { countOf } from './statistics.ts';
import { asSampledElsewhere } from './traced.ts';
import { callPath } from './profile/call-path.ts';
import type { CallPath } from './profile/call-path.ts';
import type { ProfileIndex } from './profile/profile-index.ts';
import type { ProfilePlace } from './profile/profile-place.ts';

/** A stretch of time in which the loop did not turn. */
export interface Hold {
  startUs: number;
  endUs: number;
  /** How long the program surely ran in it, µs: less than its length when the machine took the processor away meanwhile. */
  ranUs: number;
  /** How long others had to wait for it, µs: its length without the time in which the process was stopped or had no processor for long. */
  heldUs: number;
  /** Request that most of it was spent for; 0 = none or not known. */
  request: number;
  /** True when it was many small promise reactions and ticks rather than one long run. */
  scattered: boolean;
  /** What was seen to run in it; empty when nothing is known. */
  seen: { path: CallPath; place?: ProfilePlace; count: number }[];
}

/** Lateness of a heartbeat from which it is worth asking why, µs. */
const LATE_US = 20_000;

/** Shortest hold, µs. */
const SHORTEST_US = 5_000;

/** A stretch with fewer samples than this share of its length is one in which the program mostly did not run. */
const COVERED = 0.35;

/** Samples come this much less often than they should on a busy machine, although the program runs. */
const SAMPLING_SLACK = 1.5;

/** Many reactions, none of which is to blame alone. */
const SCATTERED_PIECES = 50;

/**
 * Every stretch of 5 ms and more in which the program held the loop: long pieces of work, and lateness of heartbeats that
 * no recorded work explains (module code, native code). Ordered by time; what ran in each is from the CPU profile, or from
 * stack traces taken meanwhile where the profile has a hole. Stretches in which the program was ready but had no processor
 * (a crowded machine, a stopped process, a sleeping laptop) are not its doing and are left out.
 */
export function findHolds(inputs: HoldInputs): Holds {
  const holds: Hold[] = [];
  for (const unit of inputs.work.longUnits()) {
    const scattered = unit.pieces >= SCATTERED_PIECES && unit.longestPieceUs * 2 < unit.endUs - unit.startUs;
    holds.push(...held(inputs, unit.startUs, unit.endUs, { request: unit.request, scattered }));
  }
  for (const [startUs, endUs] of unexplained(inputs)) {
    holds.push(...held(inputs, startUs, endUs, { request: 0, scattered: false }));
  }
  const last = inputs.heldAtEnd;
  if (last)
    holds.push(...held(inputs, last.startUs, last.endUs, { request: inputs.work.current, scattered: false }));
  holds.sort((a, b) => a.startUs - b.startUs);
  return {
    sure: holds.filter(isSure),
    doubtful: holds.filter((hold) => !isSure(hold) && hold.seen.length > 0 && hold.ranUs > 0),
  };
}

/** In order of time. */
export interface Holds {
  sure: Hold[];
  /** The program was seen to run in them, but too little: where the same was surely held elsewhere, it was here, too. */
  doubtful: Hold[];
}

function isSure({ ranUs, startUs, endUs }: Hold): boolean {
  return ranUs >= SHORTEST_US && ranUs >= (endUs - startUs) * COVERED * SAMPLING_SLACK;
}

function held(
  inputs: HoldInputs,
  startUs: number,
  endUs: number,
  known: Pick<Hold, 'request' | 'scattered'>,
): Hold[] {
  const { profile } = inputs;
  const seen = sampledIn(profile, startUs, endUs);
  const us = endUs - startUs;
  if (!profile.runsAt((startUs + endUs) / 2)) {
    const traced = stallsIn(inputs, startUs, endUs).flatMap(({ path }) =>
      asSampledElsewhere(path, 0, profile),
    );
    return [{ ...known, startUs, endUs, ranUs: us, heldUs: us, seen: traced }];
  }
  const sampledUs = countOf(seen) * profile.intervalUs;
  const ranUs = Math.min(us, sampledUs * SAMPLING_SLACK);
  const stalls = stallsIn(inputs, startUs, endUs);
  const hasCode = seen.some((entry) => entry.path.kind === 'code');
  return [
    {
      ...known,
      startUs,
      endUs,
      ranUs,
      heldUs: Math.max(ranUs, Math.min(us, profile.runningUs(startUs, endUs))),
      seen: hasCode
        ? seeInlined(
            seen,
            stalls.map(({ path }) => path),
            profile,
          )
        : [...seen, ...stalls],
    },
  ];
}

export interface HoldInputs {
  work: Work;
  /** What {@link findHeldAtEnd} answers. */
  heldAtEnd: { startUs: number; endUs: number } | undefined;
  heartbeats: Heartbeats;
  profile: ProfileIndex;
  stalls: readonly StallStack[];
  tables: RecordingTables;
}

/**
 * A hold that had not ended when the recording did: neither a heartbeat nor the end of any work came after it, its stacks
 * alone tell of it.
 * @param endedUs when recording ended, where the process did not end by itself; else 0
 */
export function findHeldAtEnd(
  heartbeats: Heartbeats,
  { spans }: Pick<Work, 'spans'>,
  stalls: readonly StallStack[],
  endedUs: number,
): HoldInputs['heldAtEnd'] {
  const lastWorkUs = spans.length === 0 ? 0 : spans.end(spans.length - 1);
  const lastSignUs = Math.max(heartbeats.timesUs.at(-1) ?? 0, lastWorkUs);
  const late = stalls.filter(({ timeUs }) => timeUs > lastSignUs + LATE_US);
  if (late.length === 0) return undefined;
  const startUs = Math.min(...late.map(({ timeUs, heldUs }) => timeUs - heldUs));
  return {
    startUs: Math.max(lastSignUs, startUs),
    endUs: Math.max(endedUs, ...late.map(({ timeUs }) => timeUs)),
  };
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

function sampledIn(profile: ProfileIndex, startUs: number, endUs: number): Hold['seen'] {
  return [...profile.count(startUs, endUs)]
    .map(([place, count]) => ({ path: place.path, place, count }))
    .filter((entry) => entry.path.kind !== 'idle');
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
