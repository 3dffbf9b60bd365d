import { millis } from '../base/figures.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';
import { microsToMillis } from '../model/units.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { PauseClock, profileBy } from '../recording/pauses.ts';

/** What has moments in it, of one thread. */
type Timed = Pick<RecordingReader, 'trailer' | 'stalls' | 'rejections' | 'profiles' | 'notes'>;

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
