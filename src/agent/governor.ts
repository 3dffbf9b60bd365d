import type { RecordingMode } from '../model/note.ts';

/** What is recorded at one step of the ladder. */
export interface Step {
  mode: RecordingMode;
  /** Multiple of the pending promises whose stacks are read at each heartbeat. */
  waits: number;
  /** Share of the time in which the async graph is recorded. */
  graph: number;
  /** Stacks of creations at each heartbeat, about. */
  initStacks: number;
  /** Words for it: `Recording took 14.0 % ..., over the budget of 10 %: WORDS`. */
  words: string;
}

/** From the most to the least that can be recorded. */
export const STEPS: readonly Step[] = [
  { mode: 'deep', waits: 3, graph: 1, initStacks: 20, words: 'the graph with more stacks is recorded' },
  { mode: 'flow', waits: 1, graph: 1, initStacks: 0, words: 'the whole graph is recorded' },
  { mode: 'flow', waits: 0.25, graph: 1, initStacks: 0, words: 'fewer waits are sampled' },
  {
    mode: 'flow',
    waits: 0.25,
    graph: 0.25,
    initStacks: 0,
    words: 'the graph is recorded one second in four, with gaps between',
  },
  {
    mode: 'watch',
    waits: 0,
    graph: 0,
    initStacks: 0,
    words: 'only delays, stalls, requests and the profile are recorded, not the graph',
  },
];

/** What was measured in a window of about a second. */
export interface Measured {
  /** Our share of the main thread's time, 0..1. */
  share: number;
  /** The same in the median of the window's fifths: what one moment, however bad, does not raise. */
  usual: number;
  /** Share of the time in which the loop was not idle, 0..1. */
  busy: number;
}

/** Where the governor stands. A value: {@link govern} answers the next one. */
export interface Governor {
  /** Index into {@link STEPS}. */
  readonly step: number;
  /** The step that was asked for: never above it. */
  readonly top: number;
  /** Windows over the budget in a row. */
  readonly over: number;
  /** Windows in a row in which the step above would have fitted. */
  readonly quiet: number;
  /** How many of these it takes to go up. Doubles each time that going up was a mistake. */
  readonly patience: number;
  /** Windows since it last went up. */
  readonly sinceUp: number;
  /** For each step that was left for its cost: its cost in a busy second. */
  readonly costs: readonly (number | undefined)[];
}

const FIRST_PATIENCE = 5;
const MAX_PATIENCE = 300;
/** One window over the budget may be a burst; two are a load. */
const OVER_TO_LEAVE = 2;
/** So far over for most of a window that it does not wait for the second one. */
const FAR_OVER = 3;
/** It goes up only to what would take this much of the budget: room for an error. */
const ROOM = 0.6;
/** Falling back within so many windows after going up was a mistake. */
const MISTAKE = 30;

/** The governor at the step of a mode that was asked for. */
export function governorAt(mode: RecordingMode): Governor {
  const step = STEPS.findIndex((one) => one.mode === mode);
  return { step, top: step, over: 0, quiet: 0, patience: FIRST_PATIENCE, sinceUp: Infinity, costs: [] };
}

/**
 * Decides after each window. Goes down a step after two windows over the budget, at once when most of one is far over; goes up after
 * `patience` windows in which the step above would have fitted, judged by what that step cost when it was left and how
 * busy the loop is now. `reason`, a sentence with the measured figure, is there when the step changed.
 */
export function govern(
  governor: Governor,
  { share, usual, busy }: Measured,
  budget: number,
): { governor: Governor; reason?: string } {
  const { step, top, costs } = governor;
  const sinceUp = governor.sinceUp + 1;
  const over = share > budget ? governor.over + 1 : 0;

  if (step < STEPS.length - 1 && (over >= OVER_TO_LEAVE || Math.min(share, usual) > budget * FAR_OVER)) {
    const known = [...costs];
    known[step] = share / Math.max(busy, share, 0.01);
    const patience = sinceUp <= MISTAKE ? Math.min(governor.patience * 2, MAX_PATIENCE) : governor.patience;
    return {
      governor: { ...governor, step: step + 1, over: 0, quiet: 0, patience, sinceUp: Infinity, costs: known },
      reason: `Recording took ${percent(share)} of the main thread's time, over the budget of ${percent(budget)}: ${STEPS[step + 1]!.words}.`,
    };
  }

  const fits = step > top && (costs[step - 1] ?? 1) * busy <= budget * ROOM;
  const quiet = fits ? governor.quiet + 1 : 0;
  if (quiet < governor.patience) return { governor: { ...governor, over, quiet, sinceUp } };
  return {
    governor: { ...governor, step: step - 1, over: 0, quiet: 0, sinceUp: 0 },
    reason: `Recording takes ${percent(share)} of the main thread's time and there is room in the budget of ${percent(budget)}: ${STEPS[step - 1]!.words} again.`,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %`;
}
