import type { Note, PauseNote } from '../model/note.ts';
import type { CpuProfile } from '../model/recording.ts';

/** A stretch in which the program stood still through no doing of its own. µs since the recording's clock origin. */
export interface Pause {
  fromUs: number;
  toUs: number;
  by: PauseNote['by'];
}

/**
 * The pauses that notes of one thread tell, in order and without overlap: what several notes tell of one is one.
 * Notes of other kinds are passed over.
 */
export function pausesOf(notes: readonly Note[]): Pause[] {
  const told = notes.flatMap((note) =>
    note.kind === 'pause'
      ? [{ fromUs: Math.max(0, note.timeUs - note.forUs), toUs: note.timeUs, by: note.by }]
      : [],
  );
  const pauses: Pause[] = [];
  for (const pause of told.sort((a, b) => a.fromUs - b.fromUs)) {
    const last = pauses.at(-1);
    const fromUs = Math.max(pause.fromUs, last?.toUs ?? 0);
    if (pause.toUs <= fromUs) continue;
    if (last && last.toUs === fromUs && last.by === pause.by) last.toUs = pause.toUs;
    else pauses.push({ ...pause, fromUs });
  }
  return pauses;
}

/**
 * A clock that stands still while the program does: a debugger's pause, a stopped process. By it, nothing took longer for
 * being paused, and no rule has to know of pauses.
 *
 * ```
 *   recorded  |--------|#####|----------|
 *   shown     |--------|----------|
 * ```
 */
export class PauseClock {
  /** In order, without overlap. */
  readonly pauses: readonly Pause[];
  /** Paused before the beginning of each, µs. */
  readonly #before: number[] = [];

  /** @param notes of one thread; those of other kinds are passed over */
  constructor(notes: readonly Note[]) {
    this.pauses = pausesOf(notes);
    let total = 0;
    for (const { fromUs, toUs } of this.pauses) {
      this.#before.push(total);
      total += toUs - fromUs;
    }
  }

  get count(): number {
    return this.pauses.length;
  }

  /** The moment by this clock, µs. */
  at(us: number): number {
    const k = this.#last(us);
    if (k < 0) return us;
    const { fromUs, toUs } = this.pauses[k]!;
    return us - this.#before[k]! - (Math.min(us, toUs) - fromUs);
  }

  /** How much of a stretch was paused, µs. */
  pausedUs(fromUs: number, toUs: number): number {
    return Math.max(0, toUs - fromUs - (this.at(toUs) - this.at(fromUs)));
  }

  /** Does the moment lie within a pause? */
  stands(us: number): boolean {
    const k = this.#last(us);
    return k >= 0 && us < this.pauses[k]!.toUs;
  }

  /** The pauses that a stretch meets, in order. */
  within(fromUs: number, toUs: number): readonly Pause[] {
    const first = this.#last(fromUs);
    const from = first >= 0 && this.pauses[first]!.toUs > fromUs ? first : first + 1;
    return this.pauses.slice(from, Math.max(from, this.#last(toUs) + 1));
  }

  /** Index of the last pause that began at or before `us`; -1 = none. */
  #last(us: number): number {
    let low = 0;
    let high = this.pauses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.pauses[middle]!.fromUs > us) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}

/** A CPU profile by the clock: what was sampled in a pause is left out. */
export function profileBy(clock: PauseClock, profile: CpuProfile): CpuProfile {
  if (clock.count === 0) return profile;
  const kept = profile.times.flatMap((us, i) => (clock.stands(us) ? [] : [i]));
  return {
    ...profile,
    startUs: clock.at(profile.startUs),
    endUs: clock.at(profile.endUs),
    samples: kept.map((i) => profile.samples[i]!),
    times: kept.map((i) => clock.at(profile.times[i]!)),
  };
}
