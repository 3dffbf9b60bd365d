import type { Frame, SourceLocation } from '../model/location.ts';
import type { RecordingTables } from '../model/recording.ts';
import type { Hold } from './holds.ts';
import type { Measured } from './measured.ts';
import type { WaitRecord } from './passes/waits.ts';
import { ascending, quantile, weightedMedian } from './statistics.ts';

/** How long promises awaited at one line were pending. Times in µs. */
export interface LineWait {
  samples: number;
  requests: Set<number>;
  /** Median life of the promises awaited there. */
  medianUs: number;
  /**
   * Median of what they would have taken at least, had nothing else held the loop. A promise that is ready while the loop
   * is held settles late; that delay is the holder's, not the wait's.
   */
  netUs: number;
}

/** Waits of promises awaited directly at a line: those whose innermost frame it is. */
export function waitAt(measured: Measured, place: SourceLocation): LineWait {
  const lives: { value: number; weight: number }[] = [];
  const nets: { value: number; weight: number }[] = [];
  const requests = new Set<number>();
  let samples = 0;
  for (const sample of measured.waits.samples) {
    const frame = innermost(measured.tables, sample);
    if (frame?.line !== place.line || frame.file !== place.file) continue;
    samples++;
    if (sample.request !== 0) requests.add(sample.request);
    const life = lifeOf(sample);
    if (life === undefined) continue;
    // A long life is met by the sampler more often, in proportion to its length: weigh that out.
    const weight = sample.weight / life;
    lives.push({ value: life, weight });
    nets.push({ value: life - Math.min(life, lateUs(measured, sample.bornUs, sample.settledUs)), weight });
  }
  return { samples, requests, medianUs: weightedMedian(lives), netUs: weightedMedian(nets) };
}

/** Frame of the `await` on the sampled promise; undefined when nobody awaits it. */
function innermost(tables: RecordingTables, sample: WaitRecord): Frame | undefined {
  const id = tables.stacks[sample.stack]?.find((frame) => tables.frames[frame]?.async !== 'all');
  return id === undefined || id === 0 ? undefined : tables.frames[id];
}

function lifeOf(sample: WaitRecord): number | undefined {
  if (sample.bornUs < 0 || sample.settledUs <= sample.bornUs) return undefined;
  return sample.settledUs - sample.bornUs;
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

/** µs of `[fromUs, toUs)` in stretches of 5 ms and more in which the loop was held. */
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

/** Median duration of the answered ones among `requests`, µs. */
export function medianDuration(measured: Measured, requests: Iterable<number>): number {
  const durations: number[] = [];
  for (const id of requests) {
    const record = measured.requests.get(id);
    if (record && record.endUs >= 0) durations.push(record.endUs - record.startUs);
  }
  return quantile(ascending(durations), 0.5);
}
