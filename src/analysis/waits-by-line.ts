import type { SourceLocation } from '../model/location.ts';
import type { Hold } from './holds.ts';
import type { Measured } from './measured.ts';
import { lineKey } from './places.ts';
import { weightedMedian } from './statistics.ts';

/** How long requests waited at one `await`. Times in µs. */
export interface LineWait {
  /** Requests that were seen waiting there and went on. */
  requests: Set<number>;
  /** Median over requests. */
  medianUs: number;
  /**
   * Median of what the waits would have taken at least, had nothing else held the loop. A promise that is ready while the
   * loop is held settles late; that delay is the holder's, not the wait's.
   */
  netUs: number;
}

/** The waits of a recording by the line of the `await`. */
export interface WaitsByLine {
  /** Undefined when no request was seen waiting there. */
  at(place: SourceLocation): LineWait | undefined;
}

/**
 * Measures waits by the life of sampled promises. A promise that is awaited at a line, or that something awaited there waits
 * for in turn, lives no longer than the wait at that line; so a request waited there at least as long as the longest life seen.
 * Requests that wait long are met by the sampler more often, in proportion to their wait: that is weighed out.
 */
export function waitsByLine(measured: Measured): WaitsByLine {
  const longest = new Map<string, Map<number, Life>>();
  for (const sample of measured.waits.samples) {
    const { request, bornUs, settledUs } = sample;
    if (request === 0 || bornUs < 0 || settledUs <= bornUs) continue;
    const lines = awaitLines(measured, sample.stack);
    for (const line of lines) {
      const lives = longest.get(line) ?? new Map<number, Life>();
      longest.set(line, lives);
      const known = lives.get(request);
      if (!known || settledUs - bornUs > known.settledUs - known.bornUs)
        lives.set(request, { bornUs, settledUs });
    }
  }
  return {
    at: (place) => {
      const lives = longest.get(lineKey(place));
      return lives && summarise(lives, measured);
    },
  };
}

interface Life {
  bornUs: number;
  settledUs: number;
}

function summarise(lives: Map<number, Life>, measured: Measured): LineWait {
  const waits: { value: number; weight: number }[] = [];
  const nets: { value: number; weight: number }[] = [];
  for (const { bornUs, settledUs } of lives.values()) {
    const us = settledUs - bornUs;
    waits.push({ value: us, weight: 1 / us });
    nets.push({ value: us - Math.min(us, lateUs(measured, bornUs, settledUs)), weight: 1 / us });
  }
  return { requests: new Set(lives.keys()), medianUs: weightedMedian(waits), netUs: weightedMedian(nets) };
}

/** Lines that a stack waits at, each once. */
function awaitLines({ tables }: Measured, stack: number): Set<string> {
  const lines = new Set<string>();
  for (const id of tables.stacks[stack] ?? []) {
    const frame = tables.frames[id];
    if (frame && id !== 0 && frame.async !== 'all') lines.add(lineKey(frame));
  }
  return lines;
}

/**
 * How much of a life may have been the loop's lateness: time held within it, or, if that is less, what lies after the last
 * turn but one (what is ready before a turn is delivered in it).
 */
function lateUs(measured: Measured, bornUs: number, settledUs: number): number {
  const held = heldWithin(measured.holds, bornUs, settledUs);
  if (held === 0) return 0;
  const { timesUs } = measured.heartbeats;
  const turn = measured.heartbeats.firstAfter(settledUs) - 2;
  const sinceTurn = turn < 0 ? Infinity : settledUs - timesUs[turn]!;
  return Math.min(held, sinceTurn);
}

/** µs of `[fromUs, toUs)` in which the loop was held; `holds` in order of time. */
export function heldWithin(holds: readonly Hold[], fromUs: number, toUs: number): number {
  let low = 0;
  let high = holds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds[middle]!.endUs > fromUs) high = middle;
    else low = middle + 1;
  }
  let held = 0;
  for (let i = low; i < holds.length && holds[i]!.startUs < toUs; i++) {
    held += Math.min(holds[i]!.endUs, toUs) - Math.max(holds[i]!.startUs, fromUs);
  }
  return held;
}
