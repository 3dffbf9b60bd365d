import type { CpuProfile, RecordingTables } from '../../model/recording.ts';
import type { Frame } from '../../model/location.ts';
import type { SourceFacts } from '../../model/source-facts.ts';
import { countOf, firstWhere } from '../statistics.ts';
import { callPath } from './call-path.ts';
import { lastName } from './frame-cause.ts';
import { restoreInlined } from './inlined-lines.ts';
import type { ProfilePlace } from './profile-place.ts';
import type { CallPath } from './call-path.ts';

/** How long other processes have the processor before it is this one's turn again, at most, µs. */
const LONGEST_TURN_US = 30_000;

/** All profiles of a recording as one run of samples in order of time. */
export class ProfileIndex {
  /** µs, ascending. */
  readonly times: Float64Array;
  /** For each sample, the index of its place in {@link places}. */
  readonly samples: Int32Array;
  readonly places: readonly ProfilePlace[];
  /** Usual distance of samples, µs. */
  readonly intervalUs: number;
  #byFunction: ReturnType<typeof byFunction> | undefined;

  /** @param facts of the source, where it is known: they tell functions that V8 had inlined from their callers */
  constructor(profiles: readonly CpuProfile[], tables: RecordingTables, facts: readonly SourceFacts[] = []) {
    const places: ProfilePlace[] = [];
    const sorted = profiles
      .filter((profile) => profile.samples.length > 0)
      .sort((a, b) => a.startUs - b.startUs);
    const total = sorted.reduce((sum, p) => sum + Math.min(p.samples.length, p.times.length), 0);
    this.times = new Float64Array(total);
    this.samples = new Int32Array(total);
    let at = 0;
    let previous = -Infinity;
    for (const profile of sorted) {
      const base = places.length;
      for (const place of placesOf(profile, tables)) places.push(place);
      const count = Math.min(profile.samples.length, profile.times.length);
      for (let i = 0; i < count; i++) {
        const node = profile.samples[i]!;
        if (!(node >= 0 && node < profile.nodes.length)) continue;
        previous = Math.max(previous, profile.times[i]!);
        this.times[at] = previous;
        this.samples[at] = base + node;
        at++;
      }
    }
    this.places = restoreInlined(places, facts);
    this.times = this.times.subarray(0, at);
    this.samples = this.samples.subarray(0, at);
    this.intervalUs = usualDistance(this.times);
  }

  get length(): number {
    return this.samples.length;
  }

  /** Index of the first sample at or after `timeUs`. */
  firstFrom(timeUs: number): number {
    return firstWhere(this.times.length, (i) => this.times[i]! >= timeUs);
  }

  /** True when the profile was running at this time, so that the absence of samples means something. */
  runsAt(timeUs: number): boolean {
    return this.length > 0 && this.times[0]! <= timeUs && timeUs <= this.times[this.length - 1]!;
  }

  /**
   * Share of samples that show the program at work, 0..1; undefined without samples. To be preferred over the loop's own
   * account: the profiler's signals interrupt its waiting, and libuv then loses idle time. Counted in samples, not in time:
   * on a crowded machine the program often has no processor, and then there are none.
   */
  busyShare(): number | undefined {
    if (this.length < 2) return undefined;
    let busy = 0;
    for (const sample of this.samples) if (this.places[sample]!.path.kind !== 'idle') busy++;
    return busy / this.length;
  }

  /** Share of the profiled time in samples of a kind, 0..1; undefined without samples. */
  shareOf(kind: CallPath['kind']): number | undefined {
    if (this.length === 0) return undefined;
    let count = 0;
    for (const sample of this.samples) if (this.places[sample]!.path.kind === kind) count++;
    const spanUs = this.times.at(-1)! - this.times[0]!;
    return spanUs <= 0 ? undefined : Math.min(1, (count * this.intervalUs) / spanUs);
  }

  /**
   * Time of `[fromUs, toUs]` in which the program was at work, µs, by the distances of the samples. A crowded machine lets
   * it wait for the processor a few ms at a time: whoever waits for the loop waits for that, too. A longer hole is none of
   * its doing (a stopped process, a sleeping machine) and counts as {@link LONGEST_TURN_US}.
   */
  runningUs(fromUs: number, toUs: number): number {
    let us = 0;
    let last = fromUs;
    let working = false;
    for (let i = this.firstFrom(fromUs); i < this.times.length && this.times[i]! <= toUs; i++) {
      working = this.places[this.samples[i]!]!.path.kind !== 'idle';
      if (working) us += Math.min(this.times[i]! - last, LONGEST_TURN_US);
      last = this.times[i]!;
    }
    return us + (working ? Math.min(toUs - last, LONGEST_TURN_US) : 0);
  }

  /** Places of the whole profile inside this function, with how many samples each has. */
  inside(frame: Frame): readonly { place: ProfilePlace; count: number }[] {
    this.#byFunction ??= byFunction(this.places);
    return this.#byFunction.get(functionName(frame)) ?? [];
  }

  /** Samples of `[fromUs, toUs]`, counted by place. */
  count(fromUs: number, toUs: number): Map<ProfilePlace, number> {
    const counts = new Map<ProfilePlace, number>();
    for (let i = this.firstFrom(fromUs); i < this.times.length && this.times[i]! <= toUs; i++) {
      const place = this.places[this.samples[i]!]!;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    return counts;
  }
}

/** Traces and profiles name a function by different lines of it. */
export function functionName({ file, function: name }: Frame): string {
  return `${file}\n${lastName(name)}`;
}

function byFunction(places: readonly ProfilePlace[]): Map<string, { place: ProfilePlace; count: number }[]> {
  const inside = new Map<string, { place: ProfilePlace; count: number }[]>();
  for (const place of places) {
    const count = countOf(place.ticks);
    if (count === 0 || place.path.kind !== 'code') continue;
    for (const name of new Set(place.path.levels.map(({ frame }) => functionName(frame)))) {
      const list = inside.get(name);
      if (list) list.push({ place, count });
      else inside.set(name, [{ place, count }]);
    }
  }
  return inside;
}

/** The median: a machine that is busy with other things leaves holes. */
function usualDistance(times: Float64Array): number {
  const distances = new Float64Array(Math.max(0, times.length - 1));
  for (let i = 1; i < times.length; i++) distances[i - 1] = times[i]! - times[i - 1]!;
  distances.sort();
  return Math.max(100, distances[distances.length >> 1] ?? 1000);
}

/** Parents stand before their children in V8's profiles; where a damaged file says otherwise, the node becomes a root. */
function placesOf(profile: CpuProfile, tables: RecordingTables): ProfilePlace[] {
  const frames: Frame[][] = [];
  return profile.nodes.map((node, i) => {
    const outer = node.parent >= 0 && node.parent < i ? frames[node.parent]! : [];
    const frame = tables.frames[node.frame];
    // Frame 0 is "none", and the root is nobody's function.
    const own = frame && node.frame !== 0 && frame.function !== '(root)' ? [...outer, frame] : outer;
    frames.push(own);
    return { path: callPath(own, 'start'), ticks: node.ticks };
  });
}
