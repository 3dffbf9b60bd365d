import type { WaitLine, WaitProfile } from '../model/finding.ts';
import type { Frame } from '../model/location.ts';
import type { RecordingTables } from '../model/recording.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { Awaits } from './passes/awaits.ts';
import type { Heartbeats } from './passes/heartbeats.ts';
import { lineKey, locationOf } from './places.ts';

/** Lines listed; the rest is in their sum. */
const MAX_LINES = 100;
/** A line with fewer samples is too uncertain to be named. */
const LEAST_SAMPLES = 3;

/** What the profile is made of. */
export interface WaitProfileInputs {
  awaits: Awaits;
  heartbeats: Heartbeats;
  tables: RecordingTables;
  observedUs: number;
}

/**
 * Where the program's async functions waited, by the line of the user's `await`, or the package's where no code of the user
 * waits. Undefined when nothing was seen waiting.
 */
export function waitProfile({
  awaits,
  heartbeats,
  tables,
  observedUs,
}: WaitProfileInputs): WaitProfile | undefined {
  const lines = new Map<string, { frame: Frame; weight: number; samples: number }>();
  let all = awaits.untold;
  for (const { stack, weight, samples } of awaits.stacks.values()) {
    const frames = (tables.stacks[stack] ?? []).flatMap((id) => tables.frames[id] ?? []);
    // One of the elements of a Promise.all: the function that waits is seen at the promise of all.
    if (frames[0]?.async === 'all') continue;
    const frame =
      frames.find(({ owner }) => owner === 'own') ?? frames.find(({ owner }) => owner === 'package');
    if (!frame) continue;
    all += weight;
    const key = lineKey(frame);
    const known = lines.get(key) ?? { frame, weight: 0, samples: 0 };
    lines.set(key, known);
    known.weight += weight;
    known.samples += samples;
  }
  if (all === 0) return undefined;
  // A sample stands for the time from one heartbeat to the next.
  const beatUs = observedUs / Math.max(1, heartbeats.timesUs.length);
  const named = [...lines.values()]
    .filter(({ samples }) => samples >= LEAST_SAMPLES)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MAX_LINES)
    .map(({ frame, weight, samples }): WaitLine => ({
      location: locationOf(frame),
      share: weight / all,
      totalMs: round1(microsToMillis(weight * beatUs)),
      samples,
    }));
  return {
    totalMs: round1(microsToMillis(all * beatUs)),
    lines: named,
    unattributedShare: awaits.untold / all,
  };
}
