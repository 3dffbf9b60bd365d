import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OWN, PromiseTable } from '../../../src/agent/pending.ts';

test('the table holds exactly the promises that have not settled, up to its limit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (settles) => {
      const table = PromiseTable.create(8);
      const made: object[] = [];
      const pending = new Set<object>();
      for (const [k, which] of settles.entries()) {
        const promise = {};
        made.push(promise);
        pending.add(promise);
        const parent = made.length > 1 ? k : 0;
        table.add(promise, k + 1, k, parent, new Error(String(k)));
        const settled = made[which];
        if (settled && pending.delete(settled)) expect(table.settle(settled)).toBe(which + 1);
        expect(table.size()).toBe(pending.size);
        const held: object[] = [];
        table.each((p, id) => {
          expect(table.idOf(p)).toBe(id);
          held.push(p);
        });
        expect(new Set(held).size).toBe(held.length);
        expect(held.every((p) => pending.has(p))).toBe(true);
        const picked = table.pick();
        expect(picked === undefined ? held.length === 0 : pending.has(picked.promise)).toBe(true);
        if (!picked) continue;
        expect(picked.promise).toBe(made[picked.id - 1]);
        expect(picked.site?.message).toBe(String(picked.id - 1));
        // What it follows was made just before it: known while it is held.
        const before = made[picked.id - 2];
        expect(picked.followed).toBe(before && held.includes(before) ? before : undefined);
      }
    }),
  );
});

test('ids cannot be seen, and strangers have none', () => {
  const table = PromiseTable.create(2);
  const promise = Promise.resolve(1);
  const ours = Promise.resolve(2);
  table.add(promise, 5, 0, 0, undefined);
  table.disown(ours);
  expect(Reflect.ownKeys(promise)).toEqual([]);
  expect(table.idOf(promise)).toBe(5);
  expect(table.idOf(ours)).toBe(OWN);
  expect(table.settle(ours)).toBe(OWN);
  expect(table.idOf(Promise.resolve())).toBe(0);
  expect(table.settle(Promise.resolve())).toBe(0);
  expect(table.size()).toBe(1);
});

test('it grows with the promises that are pending, and forgets none', () => {
  const table = PromiseTable.create(8192);
  const made = Array.from({ length: 10_000 }, () => ({}));
  for (const [k, promise] of made.entries()) table.add(promise, k * 2 + 1, k, k * 2 - 1, undefined);
  expect(table.size()).toBe(10_000);
  const seen = new Map<object, [number, number]>();
  table.each((promise, id, time) => seen.set(promise, [id, time]));
  expect(seen.size).toBe(8192);
  for (const [k, promise] of made.slice(0, 8192).entries()) expect(seen.get(promise)).toEqual([k * 2 + 1, k]);
  const picked = table.pick()!;
  expect(picked.followed).toBe(made[(picked.id - 3) / 2]);
  for (const [k, promise] of made.entries()) expect(table.settle(promise)).toBe(k * 2 + 1);
  expect(table.size()).toBe(0);
});
