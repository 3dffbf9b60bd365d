import { expect, test } from 'vitest';
import { createOpenTable } from '../../../src/agent/open-table.ts';

const visited = (table: { each: (visit: (key: { n: number }) => void) => void }): number[] => {
  const seen: number[] = [];
  table.each(({ n }) => seen.push(n));
  return seen.sort();
};

test('values by objects, which show nothing of it', () => {
  const table = createOpenTable<object, string>(10);
  const key = Object.freeze({ n: 1 });
  expect(table.get(key)).toBeUndefined();
  table.add(key, 'one');
  expect(table.get(key)).toBe('one');
  expect(Reflect.ownKeys(key)).toEqual(['n']);
  expect(key).toEqual({ n: 1 });
  expect(table.take(key)).toBe('one');
  expect(table.take(key)).toBeUndefined();
  expect(table.get(key)).toBeUndefined();
  table.add(key, 'again');
  expect(table.get(key)).toBe('again');
});

test('each one that is there, in whatever order they come and go', () => {
  const table = createOpenTable<{ n: number }, number>(300);
  const keys = Array.from({ length: 300 }, (_, n) => ({ n }));
  const there = new Set<number>();
  let random = 7;
  for (let round = 0; round < 5000; round++) {
    random = (random * 1103515245 + 12345) % 2 ** 31;
    const key = keys[random % keys.length]!;
    if (there.has(key.n)) {
      expect(table.take(key)).toBe(key.n * 2);
      there.delete(key.n);
    } else {
      table.add(key, key.n * 2);
      there.add(key.n);
    }
  }
  expect(visited(table)).toEqual([...there].sort());
  table.each((key) => {
    if (key.n % 2 === 0) table.take(key);
  });
  expect(visited(table)).toEqual([...there].filter((n) => n % 2 === 1).sort());
  table.clear();
  expect(visited(table)).toEqual([]);
  expect(keys.every((key) => table.get(key) === undefined)).toBe(true);
});

test('no more than its limit', () => {
  const table = createOpenTable<{ n: number }, number>(2);
  const keys = [0, 1, 2].map((n) => ({ n }));
  for (const key of keys) table.add(key, key.n);
  expect(table.isFull()).toBe(true);
  expect(visited(table)).toEqual([0, 1]);
  expect(table.take(keys[2]!)).toBeUndefined();
});

test('an object may be in two tables', () => {
  const [a, b] = [createOpenTable<object, string>(5), createOpenTable<object, string>(5)];
  const key = {};
  a.add(key, 'a');
  b.add(key, 'b');
  expect([a.take(key), b.take(key)]).toEqual(['a', 'b']);
});
