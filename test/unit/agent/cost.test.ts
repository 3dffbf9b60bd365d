import { describe, expect, test } from 'vitest';
import { createCostMeter } from '../../../src/agent/cost.ts';

/** µs between two readings of the clock in a machine that nothing interrupts. */
const STEP_US = 8;
const FOR_EVER = 1e9;

/** A meter whose clock stands still for so long before some of its readings. */
function meterWith(interruptions: ReadonlyMap<number, number>) {
  let at = 0;
  let count = 0;
  const read = (): number => (at += STEP_US + (interruptions.get(count++) ?? 0));
  return { meter: createCostMeter(read, () => 0), readings: () => count };
}

/** What 1,000 events are said to cost after so many measurements, µs. */
function costOfEvents(measurements: number, interruptions: ReadonlyMap<number, number> = new Map()): number {
  const { meter } = meterWith(interruptions);
  for (let k = 0; k < measurements; k++) meter.calibrate();
  meter.take(0, FOR_EVER);
  return meter.take(1000, FOR_EVER);
}

describe('the price of an event', () => {
  const undisturbed = costOfEvents(1);

  test('is in proportion to what the clock says', () => {
    expect(undisturbed).toBeGreaterThan(0);
    expect(costOfEvents(3)).toBeCloseTo(undisturbed);
  });

  test('does not change by an interruption, wherever it falls, in the first measurement either', () => {
    const { meter, readings } = meterWith(new Map());
    meter.calibrate();
    for (let k = 0; k < readings(); k++) {
      expect(costOfEvents(1, new Map([[k, 500_000]]))).toBeCloseTo(undisturbed);
    }
  });

  test('does not change by two bursts that are interrupted', () => {
    const { meter, readings } = meterWith(new Map());
    meter.calibrate();
    const third = Math.floor(readings() / 3);
    const twice = new Map([
      [0, 40_000],
      [1, 40_000],
      [third, 40_000],
      [third + 1, 40_000],
    ]);
    expect(costOfEvents(1, twice)).toBeCloseTo(undisturbed);
  });

  test('rises slowly where everything takes longer, and falls at once', () => {
    const slow = (from: number, to: number): Map<number, number> =>
      new Map(Array.from({ length: to - from }, (_, k) => [from + k, STEP_US]));
    const { meter, readings } = meterWith(new Map());
    meter.calibrate();
    const one = readings();
    const risen = costOfEvents(2, slow(one, 2 * one));
    expect(risen).toBeGreaterThan(undisturbed);
    expect(risen).toBeLessThan(undisturbed * 1.2);
    expect(costOfEvents(60, slow(one, 60 * one))).toBeGreaterThan(undisturbed * 1.9);
    expect(costOfEvents(2, slow(0, one))).toBeCloseTo(undisturbed);
  });

  test('is never more than the thread was busy', () => {
    const { meter } = meterWith(new Map());
    meter.calibrate();
    expect(meter.take(1e9, 700)).toBe(700);
    expect(meter.take(1e9, -5)).toBe(0);
  });
});

describe('what was timed', () => {
  const taken = (spend: (meter: ReturnType<typeof createCostMeter>) => void): number => {
    const { meter } = meterWith(new Map());
    spend(meter);
    return meter.take(0, FOR_EVER);
  };

  test('adds up and is taken once', () => {
    const { meter } = meterWith(new Map());
    meter.spent(30);
    meter.beat(400);
    expect(meter.take(0, FOR_EVER)).toBe(430);
    expect(meter.take(0, FOR_EVER)).toBe(0);
  });

  test('does not take an interruption for the length of our work', () => {
    expect(taken((meter) => meter.spent(1_500))).toBe(1_500);
    expect(taken((meter) => meter.spent(800_000))).toBe(2_000);
    expect(taken((meter) => meter.beat(9_000))).toBe(9_000);
    expect(taken((meter) => meter.beat(800_000))).toBe(10_000);
  });
});
