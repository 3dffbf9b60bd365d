import type { PauseClock } from '../../recording/pauses.ts';
import type { Moment, Stand, Turn } from './moments.ts';

/**
 * Tells apart what the program did and what it stood still through no doing of its own: a debugger's pause, a stopped
 * process. Moments keep the times that a clock on the wall shows, so that they can be laid beside those of other processes.
 *
 * ```
 *   told     |------- turn, 2.1 s -------|
 *   answer   |-- turn --|-- stand --|-- turn --|
 * ```
 */
export class Standing {
  /** Those that end before were told, µs. */
  #toldUs = 0;

  /**
   * @param moments of one thread, in order of their ends, as the thread's timeline tells them
   * @param clock of that thread; may know more pauses each time
   * @returns the same in as many parts as there were, and each stand once, before what ends later
   */
  tell(moments: readonly Moment[], clock: PauseClock): Moment[] {
    if (clock.count === 0) return [...moments];
    const answer: Moment[] = [];
    for (const moment of moments) {
      answer.push(...this.standsBefore(endOf(moment), clock), ...partsOf(moment, clock));
    }
    return answer;
  }

  /** The stands that are over at a moment and were not told before. */
  standsBefore(us: number, clock: PauseClock): Stand[] {
    const stands: Stand[] = [];
    for (const { fromUs, toUs, by } of clock.within(this.#toldUs, us)) {
      if (toUs <= this.#toldUs || toUs > us) continue;
      stands.push({ kind: 'stand', startUs: Math.max(fromUs, this.#toldUs), endUs: toUs, by });
    }
    this.#toldUs = stands.at(-1)?.endUs ?? this.#toldUs;
    return stands;
  }
}

/** Moments are told when they are over. */
export function endOf(moment: Moment): number {
  return moment.kind === 'delay' || moment.kind === 'message' ? moment.timeUs : moment.endUs;
}

function partsOf(moment: Moment, clock: PauseClock): Moment[] {
  switch (moment.kind) {
    case 'turn':
      return piecesOf(moment, clock);
    case 'request':
      return [{ ...paused(moment, clock), waits: moment.waits.map((wait) => paused(wait, clock)) }];
    case 'wait':
    case 'operation':
    case 'collection':
      return [paused(moment, clock)];
    case 'delay': {
      const { timeUs, latenessUs, sinceUs, idleUs } = moment;
      const watchedUs = sinceUs - clock.pausedUs(timeUs - sinceUs, timeUs);
      return [
        {
          ...moment,
          latenessUs: latenessUs - clock.pausedUs(timeUs - latenessUs, timeUs),
          sinceUs: watchedUs,
          idleUs: Math.min(idleUs, watchedUs),
        },
      ];
    }
    case 'message':
    case 'stand':
      return [moment];
  }
}

/** A turn without the pauses in it; what it came from led to the first piece. */
function piecesOf(turn: Turn, clock: PauseClock): Turn[] {
  const pieces: Turn[] = [];
  const { causedUs, ...rest } = turn;
  let from = turn.startUs;
  const add = (startUs: number, endUs: number): void => {
    if (endUs <= startUs) return;
    const first = pieces.length === 0 && causedUs !== undefined;
    pieces.push({ ...rest, startUs, endUs, ...(first && { causedUs }) });
  };
  for (const { fromUs, toUs } of clock.within(turn.startUs, turn.endUs)) {
    add(from, fromUs);
    from = Math.max(from, toUs);
  }
  add(from, turn.endUs);
  return pieces;
}

function paused<T extends { startUs: number; endUs: number }>(moment: T, clock: PauseClock): T {
  const pausedUs = clock.pausedUs(moment.startUs, moment.endUs);
  return pausedUs > 0 ? { ...moment, pausedUs } : moment;
}
