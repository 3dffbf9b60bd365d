import type { SourceLocation } from '../model/location.ts';
import type { Hold } from './holds.ts';
import type { Measured } from './measured.ts';
import { lineKey, ownFrames } from './places.ts';
import { ascending, quantile, weightedMedian, firstWhere } from './statistics.ts';

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
  /** The same of a line in a loop; undefined when no request was seen to wait there again and again. */
  turnsAt(place: SourceLocation): LoopWait | undefined;
}

/**
 * How long requests waited at one `await` in a loop, turn after turn: at least the longest run of turns that was seen, and as
 * much as the samples at the line say, where the sampler missed turns.
 */
interface LoopWait extends LineWait {
  /** Median of a single turn, µs; the other figures are of all turns together. */
  turnUs: number;
}

/**
 * Measures waits by the life of sampled promises. A promise that is awaited at a line, or that something awaited there waits
 * for in turn, lives no longer than the wait at that line; so a request waited there at least as long as the longest life seen.
 * Requests that wait long are met by the sampler more often, in proportion to their wait: that is weighed out.
 */
export function waitsByLine(measured: Measured): WaitsByLine {
  const byLine = new Map<string, Map<number, Life[]>>();
  const sampled = new Map<string, number>();
  for (const sample of measured.waits.samples) {
    const { request, bornUs, settledUs, weight } = sample;
    if (request === 0 || bornUs < 0 || settledUs <= bornUs) continue;
    const [own] = ownFrames(sample.stack, measured.tables);
    if (own) sampled.set(lineKey(own), (sampled.get(lineKey(own)) ?? 0) + weight);
    for (const line of awaitLines(measured, sample.stack)) {
      const requests = byLine.get(line) ?? new Map<number, Life[]>();
      byLine.set(line, requests);
      const lives = requests.get(request) ?? [];
      requests.set(request, lives);
      if (lives.length < MAX_LIVES) lives.push({ bornUs, settledUs });
    }
  }
  return {
    at: (place) => {
      const requests = byLine.get(lineKey(place));
      if (!requests) return undefined;
      const longest = [...requests.values()].map((lives) => lives.reduce((a, b) => (us(b) > us(a) ? b : a)));
      return summarise(requests, longest, measured);
    },
    turnsAt: (place) => {
      const requests = new Map(
        [...(byLine.get(lineKey(place)) ?? [])].flatMap(([request, lives]) => {
          const turns = turnsOf(lives);
          return turns.length < 2 ? [] : [[request, turns] as const];
        }),
      );
      if (requests.size === 0) return undefined;
      const turnUs = quantile(ascending([...requests.values()].flat().map(us)), 0.5);
      const runs = [...requests.values()].map((turns) => longestRun(turns, turnUs * BRIDGED));
      const least = summarise(requests, runs, measured);
      const waits = sampled.get(lineKey(place)) ?? 0;
      const eachUs = (waits * beatUs(measured)) / (byLine.get(lineKey(place))?.size ?? 1);
      const longerUs = Math.max(
        0,
        Math.min(eachUs, medianDurationUs(requests.keys(), measured)) - least.medianUs,
      );
      return { ...least, medianUs: least.medianUs + longerUs, netUs: least.netUs + longerUs, turnUs };
    },
  };
}

/** A sample stands for the time from one heartbeat to the next, µs. */
function beatUs({ observedUs, heartbeats }: Measured): number {
  return observedUs / Math.max(1, heartbeats.timesUs.length);
}

/** Median duration of the answered ones among `requests`, µs. */
export function medianDurationUs(requests: Iterable<number>, measured: Measured): number {
  const durations: number[] = [];
  for (const id of requests) {
    const record = measured.requests.get(id);
    if (record && record.endUs >= 0) durations.push(record.endUs - record.startUs);
  }
  return quantile(ascending(durations), 0.5);
}

interface Life {
  bornUs: number;
  settledUs: number;
}

const us = ({ bornUs, settledUs }: Life): number => settledUs - bornUs;

/** Waits of one request at one line that are kept. */
const MAX_LIVES = 1_000;

/** Not every turn of a loop is met by the sampler: one or two that it missed are taken for turns, too. */
const BRIDGED = 2;

/** Of lives at one line those that came one after the other: what lies within another waits for the same. */
function turnsOf(lives: readonly Life[]): Life[] {
  const turns: Life[] = [];
  for (const life of [...lives].sort((a, b) => a.bornUs - b.bornUs || b.settledUs - a.settledUs)) {
    const last = turns.at(-1);
    if (!last || life.bornUs >= last.settledUs) turns.push({ ...life });
    else last.settledUs = Math.max(last.settledUs, life.settledUs);
  }
  return turns;
}

/** The longest stretch of turns with no gap longer than `gapUs`. */
function longestRun(turns: readonly Life[], gapUs: number): Life {
  let run = { ...turns[0]! };
  let longest = run;
  for (const turn of turns.slice(1)) {
    if (turn.bornUs - run.settledUs <= gapUs) run.settledUs = turn.settledUs;
    else run = { ...turn };
    if (us(run) > us(longest)) longest = run;
  }
  return longest;
}

/** Requests that wait long are met more often: that is weighed out. */
function summarise(
  requests: ReadonlyMap<number, unknown>,
  waited: readonly Life[],
  measured: Measured,
): LineWait {
  const entries = (value: (life: Life) => number): { value: number; weight: number }[] =>
    waited.map((life) => ({ value: value(life), weight: 1 / us(life) }));
  return {
    requests: new Set(requests.keys()),
    medianUs: weightedMedian(entries(us)),
    netUs: weightedMedian(
      entries((life) => us(life) - Math.min(us(life), lateUs(measured, life.bornUs, life.settledUs))),
    ),
  };
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
  const first = firstWhere(holds.length, (i) => holds[i]!.endUs > fromUs);
  let held = 0;
  for (let i = first; i < holds.length && holds[i]!.startUs < toUs; i++) {
    held += Math.min(holds[i]!.endUs, toUs) - Math.max(holds[i]!.startUs, fromUs);
  }
  return held;
}
