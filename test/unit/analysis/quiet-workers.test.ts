import { expect, test } from 'vitest';
import { workersAtEnd } from '../../../src/analysis/quiet-workers.ts';
import { ThreadPasses } from '../../../src/analysis/thread-passes.ts';
import { Op } from '../../../src/model/event.ts';
import type { Note, OpenHandle } from '../../../src/model/note.ts';

const tables = { types: ['', 'MESSAGEPORT'], labels: [''], frames: [], stacks: [[]] };

/** A thread whose last work began at `us`, and whose heartbeat was heard until second 5. */
function thread(id: string, us: number) {
  const passes = new ThreadPasses({ tables, attached: 'from-start', threadPoolSize: 4 });
  passes.walker.feed(
    Int32Array.from(
      [
        [Op.Before, 4, us, 0],
        [Op.After, 4, us + 500, 0],
        [Op.Heartbeat, 0, 5_000_000, 0],
      ].flat(),
    ),
  );
  return { id, name: id, passes };
}

const handles = (id: string, timeUs: number, ...types: string[]): Note => ({
  kind: 'handles',
  thread: id,
  timeUs,
  handles: types.map((type): OpenHandle => ({ type, id: 0, ref: true, detail: '', stack: 0 as never })),
});

test('workers of the first process that told their handles at the end, with how long they have been quiet', () => {
  const threads = [
    thread('main', 1e6),
    thread('worker-1', 1e6),
    thread('worker-2', 4e6),
    thread('7/worker-1', 1e6),
  ];
  const notes = [
    handles('worker-1', 4_990_000, 'MESSAGEPORT'),
    handles('worker-2', 4_990_000, 'MESSAGEPORT', 'TCPWRAP'),
    handles('7/worker-1', 4_990_000, 'MESSAGEPORT'),
  ];
  expect(workersAtEnd(threads, notes)).toEqual([
    { quietMs: 3999.5, waitsFor: 'messages' },
    { quietMs: 999.5, waitsFor: 'more' },
  ]);
});

test('not those that have ended before', () => {
  expect(workersAtEnd([thread('worker-1', 1e6)], [handles('worker-1', 2e6, 'MESSAGEPORT')])).toEqual([]);
  expect(workersAtEnd([thread('worker-1', 1e6)], [])).toEqual([]);
});
