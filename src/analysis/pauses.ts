import { millis } from '../base/figures.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';
import type { CpuProfile } from '../model/recording.ts';
import { microsToMillis } from '../model/units.ts';
import type { RecordingReader } from '../recording/contract.ts';

/** What has moments in it, of one thread. */
type Timed = Pick<RecordingReader, 'trailer' | 'stalls' | 'rejections' | 'profiles' | 'notes'>;

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
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** Paused before the beginning of each. */
  readonly #before: number[] = [];

  /** @param notes of one thread; those of other kinds are passed over */
  constructor(notes: readonly Note[]) {
    const pauses = notes.flatMap((note) =>
      note.kind === 'pause' ? [{ from: note.timeUs - note.forUs, to: note.timeUs }] : [],
    );
    let total = 0;
    for (const { from, to } of pauses.sort((a, b) => a.from - b.from)) {
      const end = this.#to.at(-1) ?? -Infinity;
      if (to <= end) continue;
      if (from <= end) {
        total += to - end;
        this.#to[this.#to.length - 1] = to;
        continue;
      }
      this.#from.push(from);
      this.#to.push(to);
      this.#before.push(total);
      total += to - from;
    }
  }

  get count(): number {
    return this.#from.length;
  }

  /** The moment by this clock, µs. */
  at(us: number): number {
    const k = this.#last(us);
    return k < 0 ? us : us - this.#before[k]! - (Math.min(us, this.#to[k]!) - this.#from[k]!);
  }

  /** Does the moment lie within a pause? */
  stands(us: number): boolean {
    const k = this.#last(us);
    return k >= 0 && us < this.#to[k]!;
  }

  /** Index of the last pause that began at or before `us`; -1 = none. */
  #last(us: number): number {
    let k = this.#from.length - 1;
    while (k >= 0 && this.#from[k]! > us) k--;
    return k;
  }
}

/** What was recorded beside the events, by the clock. */
export function withoutPauses<T extends Timed>(recorded: T, clock: PauseClock): T {
  if (clock.count === 0) return recorded;
  const { stalls, rejections, notes, profiles, trailer } = recorded;
  return {
    ...recorded,
    // A stack that was read in a pause is of nobody who held the loop.
    stalls: stalls
      .filter(({ timeUs }) => !clock.stands(timeUs - 1))
      .map((stall) => {
        const timeUs = clock.at(stall.timeUs);
        return { ...stall, timeUs, heldUs: timeUs - clock.at(stall.timeUs - stall.heldUs) };
      }),
    rejections: rejections.map((rejection) => ({ ...rejection, timeUs: clock.at(rejection.timeUs) })),
    notes: notes.map((note) => ({ ...note, timeUs: clock.at(note.timeUs) })),
    profiles: profiles.map((profile) => profileBy(clock, profile)),
    trailer: trailer && { ...trailer, durationUs: clock.at(trailer.durationUs) },
  };
}

function profileBy(clock: PauseClock, profile: CpuProfile): CpuProfile {
  const kept = profile.times.flatMap((us, i) => (clock.stands(us) ? [] : [i]));
  return {
    ...profile,
    startUs: clock.at(profile.startUs),
    endUs: clock.at(profile.endUs),
    samples: kept.map((i) => profile.samples[i]!),
    times: kept.map((i) => clock.at(profile.times[i]!)),
  };
}

/** Says what was left out. */
export function pauseProblems(notes: readonly Note[]): Problem[] {
  return (['debugger', 'stopped'] as const).flatMap((by) => {
    const mine = notes.filter((note) => note.kind === 'pause' && note.by === by);
    const clock = new PauseClock(mine);
    if (clock.count === 0) return [];
    const us = mine.at(-1)!.timeUs - clock.at(mine.at(-1)!.timeUs);
    const times = clock.count === 1 ? 'once' : `${clock.count} times`;
    return [
      {
        code: 'paused',
        message: `${WORDS[by]} ${times}, ${millis(microsToMillis(us))} in all: that time is in no figure.`,
      },
    ];
  });
}

const WORDS = {
  debugger: 'A debugger paused the program, or the machine gave it no processor,',
  stopped: 'The process was stopped, or the machine slept,',
} as const;
