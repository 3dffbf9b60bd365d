import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPendingSet } from '../../../src/agent/pending.ts';
import { Stamp } from '../../../src/agent/stamp.ts';

test('the set holds exactly the promises that have not settled, up to its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (settles) => {
      const set = createPendingSet(8);
      const made: object[] = [];
      const pending = new Set<object>();
      for (const [k, which] of settles.entries()) {
        const promise = {};
        made.push(promise);
        pending.add(promise);
        set.add(promise, k + 1, k);
        const settled = made[which];
        if (settled) {
          set.settle(settled);
          pending.delete(settled);
        }
        expect(set.size()).toBe(pending.size);
        const held: object[] = [];
        set.each((p, id) => {
          expect(Stamp.id(p)).toBe(id);
          held.push(p);
        });
        expect(new Set(held).size).toBe(held.length);
        expect(held.every((p) => pending.has(p))).toBe(true);
        if (pending.size > 0 && held.length > 0) expect(pending.has(set.pick()!)).toBe(true);
      }
    }),
  );
});

test('a stamp is invisible', () => {
  const promise = Promise.resolve(1);
  new Stamp(promise, 5, 0);
  expect(Reflect.ownKeys(promise)).toEqual([]);
  expect(Stamp.id(promise)).toBe(5);
  expect(Stamp.id(Promise.resolve())).toBe(0);
});
