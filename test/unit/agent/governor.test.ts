import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { govern, governorAt, STEPS } from '../../../src/agent/governor.ts';
import type { Governor, Measured } from '../../../src/agent/governor.ts';

const BUDGET = 0.1;

/** Runs windows one after the other; the words `step: reason` of each change. */
function run(governor: Governor, windows: Measured[]): { governor: Governor; changes: string[] } {
  const changes: string[] = [];
  for (const window of windows) {
    const next = govern(governor, window, BUDGET);
    governor = next.governor;
    if (next.reason !== undefined) changes.push(`${governor.step}: ${next.reason}`);
  }
  return { governor, changes };
}
const windows = (count: number, share: number, busy: number): Measured[] =>
  Array.from({ length: count }, () => ({ share, usual: share, busy }));

describe('the governor', () => {
  test('stays where it is while the budget holds', () => {
    const { changes, governor } = run(governorAt('flow'), windows(1000, 0.099, 0.9));
    expect(changes).toEqual([]);
    expect(STEPS[governor.step]!.mode).toBe('flow');
  });

  test('does not mind one window over the budget', () => {
    const load = [...windows(3, 0.05, 0.5), ...windows(1, 0.2, 0.9), ...windows(3, 0.05, 0.5)];
    expect(run(governorAt('flow'), load).changes).toEqual([]);
  });

  test('goes down step by step, at once when far over, and says what it measured', () => {
    expect(run(governorAt('deep'), windows(7, 0.14, 1)).changes).toEqual([
      "1: Recording took 14.0 % of the main thread's time, over the budget of 10.0 %: the whole graph is recorded.",
      "2: Recording took 14.0 % of the main thread's time, over the budget of 10.0 %: fewer waits are sampled.",
      "3: Recording took 14.0 % of the main thread's time, over the budget of 10.0 %: the graph is recorded one second in four, with gaps between.",
    ]);
    const far = run(governorAt('flow'), windows(3, 0.5, 1));
    expect(STEPS[far.governor.step]!.mode).toBe('watch');
    expect(run(far.governor, windows(1000, 0.5, 1)).changes).toEqual([]);
  });

  test('takes one bad moment for what it is, and a second bad window in a row for a load', () => {
    const moment: Measured = { share: 0.6, usual: 0.04, busy: 0.9 };
    const calm = windows(2, 0.05, 0.9);
    expect(run(governorAt('flow'), [moment, ...calm, moment, ...calm]).changes).toEqual([]);
    expect(run(governorAt('flow'), [...calm, moment, moment]).changes).toHaveLength(1);
  });

  test('goes up again when the step above would fit, not before', () => {
    const low = run(governorAt('flow'), windows(2, 0.12, 1)).governor;
    expect(low.step).toBe(2);
    // At this load, the whole graph would cost 0.12 * 0.6.
    expect(run(low, windows(1000, 0.05, 0.6)).changes).toEqual([]);
    const { changes, governor } = run(low, windows(5, 0.03, 0.3));
    expect(changes).toEqual([
      "1: Recording takes 3.0 % of the main thread's time and there is room in the budget of 10.0 %: the whole graph is recorded again.",
    ]);
    expect(run(governor, windows(1000, 0.03, 0.3)).changes).toEqual([]);
  });

  test('never goes above what was asked for', () => {
    expect(run(governorAt('watch'), windows(1000, 0, 0)).changes).toEqual([]);
    expect(run(governorAt('flow'), windows(1000, 0, 0)).governor.step).toBe(governorAt('flow').step);
  });

  test('waits longer after each time that going up was a mistake', () => {
    let governor = governorAt('flow');
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      governor = run(governor, windows(2, 0.12, 1)).governor;
      let waited = 0;
      while (governor.step > 1) {
        governor = run(governor, windows(1, 0.01, 0.1)).governor;
        waited++;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80]);
  });

  test('stays where it was asked to be without a budget', () => {
    for (const mode of ['deep', 'flow', 'watch'] as const) {
      let governor = governorAt(mode);
      for (const window of [...windows(20, 0.01, 0.1), ...windows(20, 0.9, 1)]) {
        governor = govern(governor, window, Infinity).governor;
        expect(governor.step).toBe(governorAt(mode).step);
      }
    }
  });

  test('answers a step that exists whatever is measured', () => {
    const share = fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(0));
    fc.assert(
      fc.property(
        fc.array(fc.record({ share, usual: share, busy: share })),
        fc.constantFrom('deep' as const, 'flow' as const, 'watch' as const),
        (load, mode) => {
          const { governor } = run(governorAt(mode), load);
          expect(governor.step).toBeGreaterThanOrEqual(governorAt(mode).step);
          expect(STEPS[governor.step]).toBeDefined();
        },
      ),
    );
  });
});
