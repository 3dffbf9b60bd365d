import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ctl } from '../../../src/agent/protocol.ts';
import { createRing } from '../../../src/agent/ring.ts';
import { Op } from '../../../src/model/event.ts';

describe('the ring', () => {
  test('gives back what was put in, in order, and counts what it had no room for', () => {
    // Steps: how many events are put before the reader takes some.
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })));
    fc.assert(
      fc.property(steps, (plan) => {
        const ring = createRing(16, () => 0);
        let put = 0;
        const seen: number[] = [];
        let reported = 0;
        const take = (max: number): void => {
          const words = ring.take(max);
          for (let at = 0; at < words.length; at += 4) {
            if ((words[at]! & 0xff) === Op.Dropped) reported += words[at + 1]!;
            else seen.push(words[at + 1]!);
          }
        };
        for (const [writes, reads] of plan) {
          for (let k = 0; k < writes; k++) ring.put(Op.Before, ++put, 0, 0);
          take(reads);
        }
        take(100);
        // One more with room shows what is still unreported.
        ring.put(Op.Before, ++put, 0, 0);
        take(100);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(seen.length + reported).toBe(put);
        expect(ring.counts().dropped).toBe(reported);
      }),
    );
  });

  test('works where the count of events passes 2^31', () => {
    const ring = createRing(8, () => 0);
    for (let round = 0; round < 1000; round++) {
      for (let k = 0; k < 5; k++) ring.put(Op.After, round * 5 + k, 0, 0);
      expect(ring.take(100).filter((_, at) => at % 4 === 1)[0]).toBe(round * 5);
    }
    expect(Atomics.load(ring.ctl, Ctl.Head)).toBe(5000);
  });
});
