import { expect, test } from 'vitest';
import type { StackId } from '../../../src/model/ids.ts';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import { createThreadEvents } from '../../../src/recorder/thread-events.ts';

/** Tables that all threads share: the number of a name is its position. */
function sharedTables() {
  const names: Record<'type' | 'label', string[]> = { type: [''], label: [''] };
  const number = (table: 'type' | 'label') => (name: string) => {
    const at = names[table].indexOf(name);
    return at >= 0 ? at : names[table].push(name) - 1;
  };
  return { names, type: number('type'), label: number('label') };
}

function thread(tables: ReturnType<typeof sharedTables>, shiftUs = 0) {
  const written: number[][] = [];
  const dropped: number[] = [];
  const events = createThreadEvents({
    shiftUs,
    tables,
    stackId: (i) => (i + 1000) as StackId,
    onHeartbeat: () => undefined,
    onDropped: (count) => dropped.push(count),
    put: (words) => {
      for (let at = 0; at < words.length; at += EVENT_WORDS)
        written.push([...words.subarray(at, at + EVENT_WORDS)]);
    },
  });
  return { ...events, written, dropped };
}

const words = (...events: number[][]): Int32Array => Int32Array.from(events.flat());

test('two threads use one table of names and one clock', () => {
  const tables = sharedTables();
  const main = thread(tables);
  const worker = thread(tables, 5000);
  main.named('type', 1, 'PROMISE');
  main.named('type', 2, 'Timeout');
  worker.named('type', 1, 'Timeout');
  worker.named('label', 1, 'GET /');
  worker.add(
    words([Op.Init | (1 << 8), 7, 3, 2], [Op.Before, 7, 100, 0], [Op.RequestStart | (1 << 8), 1, 200, 1]),
  );
  expect(tables.names.type).toEqual(['', 'PROMISE', 'Timeout']);
  expect(worker.written).toEqual([
    [Op.Init | (2 << 8), 7, 3, 2],
    [Op.Before, 7, 5100, 0],
    [Op.RequestStart | (1 << 8), 1, 5200, 1],
  ]);
});

test('an event waits for its name, and those after it wait with it', () => {
  const tables = sharedTables();
  const main = thread(tables);
  main.add(words([Op.Before, 1, 10, 0], [Op.Init | (1 << 8), 2, 0, 0], [Op.After, 1, 20, 0]));
  main.add(words([Op.WaitSample | (16 << 8), 2, 30, 5]));
  expect(main.written).toEqual([[Op.Before, 1, 10, 0]]);
  main.named('type', 1, 'Timeout');
  expect(main.written.slice(1)).toEqual([
    [Op.Init | (1 << 8), 2, 0, 0],
    [Op.After, 1, 20, 0],
    [Op.WaitSample | (16 << 8), 2, 30, 1005],
  ]);
});

test('an event whose name never comes goes without it: at the end, or when too many wait', () => {
  const atEnd = thread(sharedTables());
  atEnd.add(words([Op.Init | (9 << 8), 2, 0, 0]));
  expect(atEnd.written).toEqual([]);
  atEnd.end();
  expect(atEnd.written).toEqual([[Op.Init, 2, 0, 0]]);

  const crowded = thread(sharedTables());
  const many = 70_000;
  const flood = new Int32Array(many * EVENT_WORDS);
  for (let k = 0; k < many; k++) flood.set([Op.Init | (9 << 8), k, 0, 0], k * EVENT_WORDS);
  crowded.add(flood);
  expect(crowded.written).toHaveLength(many);
});

test('times wrap at 2^32 µs on either clock, and are told in full', () => {
  const shift = 3e9;
  const worker = thread(sharedTables(), shift);
  const beat = (time: number): number[] => [Op.Heartbeat, 0, time | 0, 0];
  worker.add(words(beat(2e9), beat(4e9), beat(6e9)));
  expect(worker.written.map(([, , time]) => time! >>> 0)).toEqual([
    (2e9 + shift) % 2 ** 32,
    (4e9 + shift) % 2 ** 32,
    (6e9 + shift) % 2 ** 32,
  ]);
  expect(worker.lastUs()).toBe(6e9 + shift);
  expect(worker.timeUs((6e9 + 500) | 0)).toBe(6e9 + 500 + shift);
  expect(worker.timeUs((6e9 - 500) >>> 0)).toBe(6e9 - 500 + shift);
});

test('what the ring dropped is counted', () => {
  const main = thread(sharedTables());
  main.add(words([Op.Dropped, 12, 5, 0], [Op.Dropped, 3, 6, 0]));
  expect(main.dropped).toEqual([12, 3]);
});
