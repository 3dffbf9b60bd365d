import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/base/user-error.ts';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import type { FrameId, StackId } from '../../../src/model/ids.ts';
import {
  chunk,
  ChunkKind,
  Codec,
  FILE_HEADER_BYTES,
  fileHeader,
  LIMITS,
} from '../../../src/recording/format.ts';
import { crc32 } from '../../../src/recording/crc32.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';
import { openRecording } from '../../../src/recording/read.ts';
import { createRecordingFile } from '../../../src/recording/write.ts';
import {
  EVENTS,
  fillWithSample,
  HEADER,
  NOTES,
  PROFILE,
  TABLES,
  temporaryFile,
  TRAILER,
  wordsOf,
  written,
} from './sample.ts';

test('what was written is read', async () => {
  const reader = openRecording(await written(fillWithSample));
  expect(reader.header).toEqual(HEADER);
  expect(reader.trailer).toEqual(TRAILER);
  expect(reader.tables).toEqual(TABLES);
  expect(reader.stalls).toEqual([{ timeUs: 5500, heldUs: 500, stack: 1 }]);
  expect(reader.rejections).toEqual([
    { timeUs: 5600, reason: 'TypeError: x is not a function', stack: 1, fatal: false },
  ]);
  expect(reader.profiles).toEqual([PROFILE]);
  expect(reader.notes).toEqual(NOTES);
  expect([...reader.events()]).toEqual(EVENTS);
  expect([...reader.events()], 'walked again').toEqual(EVENTS);
  expect(reader.problems).toEqual([]);
});

test('tables grow in parts', async () => {
  const file = await written((writer) => {
    writer.tables({ types: ['', 'PROMISE'], labels: [''] });
    writer.tables({ types: ['Timeout'] });
    writer.tables({ labels: ['GET /'] });
  });
  const { types, labels } = openRecording(file).tables;
  expect({ types, labels }).toEqual({ types: ['', 'PROMISE', 'Timeout'], labels: ['', 'GET /'] });
});

test('events of several threads keep their order within each thread, over many chunks', async () => {
  const count = LIMITS.chunkEvents * 2 + 77;
  const words = (thread: number) =>
    Int32Array.from({ length: count * EVENT_WORDS }, (_, index) =>
      index % EVENT_WORDS === 0 ? Op.Before : Math.imul(index, 7919 + thread),
    );
  const main = words(1);
  const other = words(2);
  const file = await written((writer) => {
    for (let from = 0; from < count * EVENT_WORDS; from += 4000) {
      writer.events({ thread: 'main', words: main.subarray(from, from + 4000) });
      if (from % 40_000 === 0)
        writer.events({ thread: 'worker-1', words: other.subarray(from / 10, from / 10 + 4000) });
    }
  });
  const reader = openRecording(file);
  expect(bytesOf(reader, 'main').equals(Buffer.from(main.buffer))).toBe(true);
  const worker = bytesOf(reader, 'worker-1');
  expect(worker.equals(Buffer.from(other.buffer).subarray(0, worker.length))).toBe(true);
  expect(worker.length).toBeGreaterThan(16_000);
});

test('the writer knows how much waits', async () => {
  const writer = createRecordingFile(temporaryFile(), HEADER);
  writer.events({ thread: 'main', words: new Int32Array(40_000) });
  expect(writer.backlog).toBeGreaterThanOrEqual(160_000);
  await writer.end(TRAILER);
  expect(writer.backlog).toBe(0);
});

test('events reach the file without an end', async () => {
  const file = temporaryFile();
  const writer = createRecordingFile(file, HEADER);
  writer.tables(TABLES);
  writer.events(EVENTS[0]!);
  await expect
    .poll(() => [...(openRecordingOrNothing(file)?.events() ?? [])][0], { timeout: 15_000 })
    .toEqual(EVENTS[0]);
  expect(openRecording(file).problems.map(({ code }) => code)).toEqual(['file-truncated']);
  await writer.end(TRAILER);
});

test('a file cut off at any byte gives all its whole chunks', async () => {
  const whole = fs.readFileSync(await written(fillWithSample));
  const file = temporaryFile();
  let readable = 0;
  for (let length = 0; length < whole.length; length++) {
    fs.writeFileSync(file, whole.subarray(0, length));
    const reader = openRecordingOrNothing(file);
    if (!reader) {
      expect(readable, `cut at ${length}`).toBe(0);
      continue;
    }
    expect(reader.trailer).toBeUndefined();
    expect(
      reader.problems.map(({ code }) => code),
      `cut at ${length}`,
    ).toEqual(['file-truncated']);
    const parts =
      1 +
      reader.tables.types.length +
      reader.stalls.length +
      reader.rejections.length +
      reader.notes.length +
      reader.profiles.length +
      wordsOf(reader).length;
    expect(parts).toBeGreaterThanOrEqual(readable);
    readable = parts;
  }
  expect(readable).toBe(1 + TABLES.types.length + 3 + NOTES.length + EVENTS[0]!.words.length);
});

test('a damaged byte costs the chunk that holds it and is reported', async () => {
  const batches = Array.from({ length: 6 }, (_, thread) => ({
    thread: `t${thread}`,
    words: Int32Array.from({ length: 40 }, (_, word) =>
      word % EVENT_WORDS === 0 ? Op.Before : word * (thread + 1),
    ),
  }));
  const whole = fs.readFileSync(
    await written((writer) => {
      fillWithSample(writer);
      for (const batch of batches) writer.events(batch);
    }),
  );
  const originals = [...EVENTS, ...batches];
  const file = temporaryFile();
  fc.assert(
    fc.property(
      fc.integer({ min: FILE_HEADER_BYTES, max: whole.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= change;
        fs.writeFileSync(file, bytes);
        const reader = openRecordingOrNothing(file);
        if (!reader) return;
        const found = [...reader.events()];
        for (const batch of found)
          expect(originals.map(({ words }) => [...words])).toContainEqual(
            [...batch.words].map((word, index) => {
              // Where the tables were lost, indexes into them are "none".
              const original = originals.find(({ thread }) => thread === batch.thread)!;
              return reader.tables.types.length > 0 ? word : original.words[index]!;
            }),
          );
        expect(found.length).toBeGreaterThanOrEqual(originals.length - 1);
        expect(reader.problems.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 400 },
  );
});

test('random bytes after the beginning are skipped', () => {
  const file = temporaryFile();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 100 }), (before, after) => {
      const header = chunkOf(ChunkKind.Header, HEADER);
      fs.writeFileSync(file, Buffer.concat([fileHeader(), before, header, after]));
      const reader = openRecording(file);
      expect(reader.header).toEqual(HEADER);
      expect(reader.problems.length).toBeGreaterThan(0);
    }),
  );
});

test('a lost table chunk leaves the other entries at their index', async () => {
  const file = await written((writer) => {
    writer.tables({ labels: ['', 'lost'] });
    writer.events(EVENTS[0]!);
    writer.stall({ timeUs: 1, heldUs: 1, stack: 0 as StackId });
    writer.tables({ labels: ['GET /kept'] });
  });
  const bytes = fs.readFileSync(file);
  const first = bytes.indexOf('"lost"');
  expect(first, 'small chunks are stored as they are').toBeGreaterThan(0);
  bytes[first]! ^= 1;
  fs.writeFileSync(file, bytes);
  const reader = openRecording(file);
  expect(reader.tables.labels).toEqual(['', '', 'GET /kept']);
  expect(reader.problems.map(({ code }) => code)).toEqual(['chunk-damaged']);
});

test('indexes outside the tables become "none"', async () => {
  const file = await written((writer) => {
    writer.tables({ types: [''], labels: [''], frames: TABLES.frames, stacks: [[], [1, 99] as FrameId[]] });
    writer.events({
      thread: 'main',
      words: Int32Array.of(Op.Init | (9 << 8), 1, 2, 3, Op.RequestStart, 1, 2, 77, Op.Pending, 1, 2, -5),
    });
    writer.stall({ timeUs: 1, heldUs: 1, stack: 44 as StackId });
    writer.profile({
      ...PROFILE,
      nodes: [{ parent: -1, frame: 500 as FrameId, ticks: [] }],
      samples: [0, 0, 0, 0],
    });
  });
  const reader = openRecording(file);
  expect(wordsOf(reader)).toEqual([Op.Init, 1, 2, 3, Op.RequestStart, 1, 2, 0, Op.Pending, 1, 2, 0]);
  expect(reader.tables.stacks).toEqual([[], [1]]);
  expect(reader.stalls[0]?.stack).toBe(0);
  expect(reader.profiles[0]?.nodes[0]?.frame).toBe(0);
});

test.each([
  ['a parent that is its own child', [{ parent: 1 }, { parent: 0 }]],
  ['a node that is its own parent', [{ parent: 0 }]],
  ['a parent that does not exist', [{ parent: 7 }]],
])('a profile with %s is refused', async (_, nodes) => {
  const file = await written((writer) =>
    writer.profile({
      ...PROFILE,
      nodes: nodes.map(({ parent }) => ({ parent, frame: 0 as FrameId, ticks: [] })),
      samples: [0, 0, 0, 0],
    }),
  );
  const reader = openRecording(file);
  expect(reader.profiles).toEqual([]);
  expect(reader.problems.map(({ code }) => code)).toEqual(['chunk-damaged']);
});

test('hostile tables and sizes are refused without taking their memory', () => {
  const file = temporaryFile();
  const bomb = chunk(ChunkKind.Stall, Codec.DeflateRaw, 20_000, zlib.deflateRawSync(Buffer.alloc(10 << 20)));
  fs.writeFileSync(
    file,
    Buffer.concat([
      fileHeader(),
      chunkOf(ChunkKind.Header, HEADER),
      chunkOf(ChunkKind.Tables, { labels: { start: 2 ** 40, items: ['far'] } }),
      chunkOf(ChunkKind.Tables, {
        stacks: { start: 0, items: [Array<number>(LIMITS.stackFrames + 1).fill(0)] },
      }),
      chunkOf(ChunkKind.Tables, { frames: { start: -1, items: [] } }),
      bomb,
      chunkOf(ChunkKind.Trailer, TRAILER),
    ]),
  );
  const reader = openRecording(file);
  expect(reader.tables).toEqual({ types: [], labels: [], frames: [], stacks: [] });
  expect(reader.problems.map(({ code }) => code)).toEqual(Array(4).fill('chunk-damaged'));
});

test('chunks of a kind that this version does not know are passed over', () => {
  const file = temporaryFile();
  const future = chunk(99 as ChunkKind, Codec.Stored, 3, Buffer.from('new'));
  fs.writeFileSync(
    file,
    Buffer.concat([
      fileHeader(),
      chunkOf(ChunkKind.Header, HEADER),
      future,
      chunkOf(ChunkKind.Trailer, TRAILER),
    ]),
  );
  expect(openRecording(file).problems).toEqual([]);
});

test.each([
  ['a foreign file', Buffer.from('{"nodes":[]}'), /no LoopLens recording/],
  ['an empty file', Buffer.alloc(0), /no LoopLens recording/],
  ['a file of a newer format', versionHeader(2), /format 2.*up to 1.*Update/],
  [
    'a file with a damaged version',
    Buffer.concat([fileHeader().subarray(0, 12), Buffer.alloc(4)]),
    /damaged at its beginning/,
  ],
  ['a file that was cut off before its first chunk', fileHeader(), /damaged at its beginning/],
])('%s gives one sentence and what to do', (_, bytes, sentence) => {
  const file = temporaryFile();
  fs.writeFileSync(file, bytes);
  const error = errorOf(() => openRecording(file));
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).code).toBe('damaged');
  expect(`${(error as UserError).message} ${(error as UserError).next}`).toMatch(sentence);
});

test('a file that is not there, and a folder, are wrong usage', () => {
  const missing = temporaryFile();
  for (const file of [missing, path.dirname(missing)]) {
    expect(errorOf(() => openRecording(file))).toMatchObject({ name: 'UserError', code: 'usage' });
    expect(errorOf(() => createRecordingFile(path.join(file, 'x', 'y'), HEADER))).toMatchObject({
      code: 'usage',
    });
  }
});

test('crc32 is the common one', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

function chunkOf(kind: ChunkKind, value: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(value));
  return chunk(kind, Codec.Stored, bytes.length, bytes);
}

function versionHeader(version: number): Buffer {
  const bytes = fileHeader();
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

function bytesOf(reader: RecordingReader, thread: string): Buffer {
  const batches = [...reader.events()].filter((batch) => batch.thread === thread);
  return Buffer.concat(batches.map(({ words }) => Buffer.from(words.buffer)));
}

function openRecordingOrNothing(file: string) {
  try {
    return openRecording(file);
  } catch (error) {
    if (error instanceof UserError && error.code === 'damaged') return undefined;
    throw error;
  }
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

test('a note of a later kind is passed over, one without a place in time is told, stacks stay in the table', async () => {
  const file = await written((writer) => {
    writer.tables(TABLES);
    writer.note({ kind: 'hologram', thread: 'main', timeUs: 1 } as never);
    writer.note({ kind: 'exit', thread: 'main' } as never);
    writer.note({
      kind: 'handled-late',
      thread: 'main',
      timeUs: 1,
      rejectedUs: 0,
      reason: 'late',
      stack: 99 as StackId,
    });
  });
  const reader = openRecording(file);
  expect(reader.notes).toEqual([
    { kind: 'handled-late', thread: 'main', timeUs: 1, rejectedUs: 0, reason: 'late', stack: 0 },
  ]);
  expect(reader.problems.map(({ code }) => code)).toEqual(['chunk-damaged']);
});
