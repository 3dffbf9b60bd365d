import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Op } from '../../../src/model/event.ts';
import type { FrameId, StackId } from '../../../src/model/ids.ts';
import type { Note } from '../../../src/model/note.ts';
import type {
  CpuProfile,
  EventBatch,
  RecordingHeader,
  RecordingTables,
  RecordingTrailer,
} from '../../../src/model/recording.ts';
import type { RecordingReader, RecordingWriter } from '../../../src/recording/contract.ts';
import { createRecordingFile } from '../../../src/recording/write.ts';

export const HEADER: RecordingHeader = {
  startedAt: 1_764_000_000_000,
  target: {
    pid: 4242,
    node: 'v24.1.0',
    script: '/app/server.js',
    cwd: '/app',
    platform: 'linux',
    threads: [{ id: 'main', name: 'main' }],
    threadPoolSize: 4,
  },
  mode: 'flow',
  transport: 'socket',
  attachedLate: true,
  writer: '0.1.0',
};

export const TRAILER: RecordingTrailer = {
  durationUs: 1_000_000,
  events: 4,
  dropped: 0,
  ended: 'duration',
  overheadShare: 0.02,
  problems: [],
};

export const TABLES: RecordingTables = {
  types: ['', 'PROMISE', 'Timeout'],
  labels: ['', 'GET /orders/17', 'GET /orders/:id'],
  frames: [
    { file: '', line: 0, column: 0, owner: 'synthetic' },
    { file: '/app/server.js', line: 8, column: 3, function: 'handler', owner: 'own', async: 'await' },
    {
      file: '/app/node_modules/pg/lib/client.js',
      line: 80,
      column: 1,
      owner: 'package',
      package: { name: 'pg', version: '8.11.0' },
      unmapped: true,
    },
  ],
  stacks: [[], [1 as FrameId, 2 as FrameId]],
};

export const PROFILE: CpuProfile = {
  intervalUs: 1000,
  startUs: 0,
  endUs: 4000,
  nodes: [
    { parent: -1, frame: 0 as FrameId, ticks: [] },
    { parent: 0, frame: 1 as FrameId, ticks: [{ line: 9, count: 3 }] },
  ],
  samples: [1, 1, 0, 1],
  times: [1000, 2000, 3001.5, 4000],
};

export const EVENTS: EventBatch[] = [
  {
    thread: 'main',
    words: Int32Array.of(
      ...[Op.Init | (1 << 8), 101, 100, 99],
      ...[Op.Before, 101, 5000, 0],
      ...[Op.Settled, 101, 5000, 101],
      ...[Op.After, 101, 6000, 0],
      ...[Op.RequestStart | (1 << 8), 1, 6100, 1],
      ...[Op.WaitSample | (16 << 8), 101, 6200, 1],
    ),
  },
];

const at = { thread: 'main', timeUs: 7000 };

/** One of each kind. */
export const NOTES: Note[] = [
  {
    kind: 'thread',
    ...at,
    name: 'worker a.js',
    pid: 4242,
    node: 'v24.1.0',
    script: '/app/a.js',
    attachedLate: false,
  },
  {
    kind: 'handles',
    ...at,
    handles: [{ type: 'Timeout', id: 12, ref: true, detail: 'every 5000 ms', stack: 1 as StackId }],
  },
  { kind: 'handled-late', ...at, rejectedUs: 5600, reason: 'Error: late', stack: 1 as StackId },
  { kind: 'exit', ...at, code: 13 },
  { kind: 'mode', ...at, mode: 'watch', reason: 'The budget of 10 % was exceeded.' },
  { kind: 'listeners', ...at, emitter: 'Socket', event: 'close', count: 11, stack: 1 as StackId },
  {
    kind: 'contexts',
    ...at,
    samples: [{ id: 14, execution: 12, stack: 1 as StackId, stores: [3, 0, -1] }],
    names: ['request', '', 'trace'],
  },
  { kind: 'pause', ...at, forUs: 1500000, by: 'debugger' },
];

/** A path in a new folder that is removed when the test is over. */
export function temporaryFile(name = 'test.looplens'): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-test-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, name);
}

/** Writes a recording; `fill` gives what stands between its header and its trailer. */
export async function written(
  fill: (writer: RecordingWriter) => void,
  file = temporaryFile(),
  trailer = TRAILER,
): Promise<string> {
  const writer = createRecordingFile(file, HEADER);
  fill(writer);
  await writer.end(trailer);
  return file;
}

/** Everything that the sample holds. */
export function fillWithSample(writer: RecordingWriter): void {
  writer.tables(TABLES);
  for (const batch of EVENTS) writer.events(batch);
  writer.stall({ timeUs: 5500, heldUs: 500, stack: 1 as StackId });
  writer.rejection({
    timeUs: 5600,
    reason: 'TypeError: x is not a function',
    stack: 1 as StackId,
    fatal: false,
  });
  writer.profile(PROFILE);
  for (const note of NOTES) writer.note(note);
}

/** All words of a thread, in one array. */
export function wordsOf(reader: RecordingReader, thread = 'main'): number[] {
  return [...reader.events()].filter((batch) => batch.thread === thread).flatMap((batch) => [...batch.words]);
}
