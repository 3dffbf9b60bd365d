// A flight recording keeps the last seconds in bounded memory, and saves them as a recording that begins there.
import { describe, expect, test } from 'vitest';
import { EVENT_WORDS, Op } from '../../../src/model/event.ts';
import type { FrameId, StackId } from '../../../src/model/ids.ts';
import type { Note } from '../../../src/model/note.ts';
import type { CpuProfile, RecordingHeader, RecordingTrailer } from '../../../src/model/recording.ts';
import { watchTriggers, type Trigger } from '../../../src/recorder/triggers.ts';
import type { RecordingWriter } from '../../../src/recording/contract.ts';
import { createFlightRecorder } from '../../../src/recording/flight.ts';
import { HEADER, TRAILER } from '../recording/sample.ts';

const SECOND = 1_000_000;

/** A file that keeps what it was given, and in which order. */
function memoryFile() {
  const order: string[] = [];
  const written = {
    header: undefined as RecordingHeader | undefined,
    trailer: undefined as RecordingTrailer | undefined,
    events: [] as { thread: string; op: number; id: number; time: number }[],
    tables: [] as unknown[],
    stalls: [] as number[],
    rejections: [] as number[],
    profiles: [] as CpuProfile[],
    notes: [] as Note[],
    order,
  };
  const begin = (header: RecordingHeader): RecordingWriter => {
    written.header = header;
    return {
      events: ({ thread, words }) => {
        order.push('events');
        for (let at = 0; at < words.length; at += EVENT_WORDS) {
          const [head, id, time] = words.subarray(at, at + EVENT_WORDS);
          written.events.push({ thread, op: head! & 0xff, id: id!, time: time! >>> 0 });
        }
      },
      tables: (added) => {
        order.push('tables');
        written.tables.push(structuredClone(added));
      },
      stall: ({ timeUs }) => void written.stalls.push(timeUs),
      rejection: ({ timeUs }) => void written.rejections.push(timeUs),
      profile: (profile) => void written.profiles.push(profile),
      note: (note) => {
        order.push(note.kind);
        written.notes.push(note);
      },
      backlog: 0,
      end: (trailer) => {
        written.trailer = trailer;
        return Promise.resolve();
      },
    };
  };
  return { begin, written };
}

const beat = (timeUs: number, lateUs = 0): number[] => [Op.Heartbeat, lateUs, timeUs | 0, 0];
const batch = (thread: string, ...events: number[][]) => ({ thread, words: Int32Array.from(events.flat()) });

/** A beat of each thread every 20 ms, and an Init with its own number beside it. */
function run(writer: RecordingWriter, threads: string[], fromUs: number, toUs: number): void {
  for (let time = fromUs; time < toUs; time += 20_000) {
    for (const thread of threads) {
      writer.events(batch(thread, [Op.Init | (1 << 8), time / 20_000, 0, 0], beat(time)));
    }
  }
}

test('keeps the window whole and lets go of what is older', async () => {
  const { begin, written } = memoryFile();
  const recorder = createFlightRecorder(begin, HEADER, { keepMs: 2000 });
  run(recorder.writer, ['main', 'worker-1'], 0, 60 * SECOND);
  expect(written.header).toBeUndefined();
  await recorder.writer.end({ ...TRAILER, durationUs: 60 * SECOND });

  const startUs = 60 * SECOND - written.trailer!.durationUs;
  for (const thread of ['main', 'worker-1']) {
    const inits = written.events.filter((event) => event.thread === thread && event.op === Op.Init);
    const ids = inits.map(({ id }) => id);
    // None is missing between the first and the last, and the last is the newest.
    expect(ids).toEqual(ids.map((_, k) => ids[0]! + k));
    expect(ids.at(-1)).toBe(60 * 50 - 1);
    expect(ids[0]! * 20_000).toBeLessThanOrEqual(58 * SECOND);
    expect(ids[0]! * 20_000).toBeGreaterThan(56 * SECOND);
  }
  const beats = written.events.filter(({ op }) => op === Op.Heartbeat);
  expect(Math.min(...beats.map(({ time }) => time))).toBeLessThan(SECOND);
  expect(Math.max(...beats.map(({ time }) => time))).toBe(59.98 * SECOND - startUs);
  expect(written.header).toMatchObject({ startedAt: HEADER.startedAt + startUs / 1000, attachedLate: true });
  expect(written.trailer).toMatchObject({ events: written.events.length });
  expect(recorder.saved).toBe(written.trailer);
});

test('a recording shorter than the window is what it would have been without', async () => {
  const { begin, written } = memoryFile();
  const recorder = createFlightRecorder(begin, { ...HEADER, attachedLate: false }, { keepMs: 5000 });
  run(recorder.writer, ['main'], 0, 2 * SECOND);
  await recorder.writer.end({ ...TRAILER, durationUs: 2 * SECOND, dropped: 7 });
  expect(written.header).toEqual({ ...HEADER, attachedLate: false });
  expect(written.events).toHaveLength(200);
  expect(written.trailer).toMatchObject({ durationUs: 2 * SECOND, events: 200, dropped: 7 });
});

test('tables come whole and before events, and threads are named before they speak', async () => {
  const { begin, written } = memoryFile();
  const { writer } = createFlightRecorder(begin, HEADER, { keepMs: 1000 });
  writer.tables({ types: ['', 'PROMISE'], labels: [''], stacks: [[]] });
  const joined = {
    thread: 'worker-1',
    name: 'worker a',
    pid: 1,
    node: 'v24.0.0',
    script: '',
    attachedLate: false,
  };
  writer.note({ kind: 'thread', timeUs: 5, ...joined });
  writer.note({ kind: 'thread', timeUs: 5, ...joined, thread: 'gone' });
  run(writer, ['main', 'worker-1'], 0, 5 * SECOND);
  writer.tables({ labels: ['GET /'], stacks: [[1 as FrameId]] });
  run(writer, ['main', 'worker-1'], 5 * SECOND, 6 * SECOND);
  await writer.end(TRAILER);
  expect(written.tables).toEqual([
    { types: ['', 'PROMISE'], labels: ['', 'GET /'], frames: [], stacks: [[], [1]] },
  ]);
  expect(written.order.slice(0, 3)).toEqual(['tables', 'thread', 'events']);
  expect(written.notes).toEqual([{ kind: 'thread', timeUs: 0, ...joined }]);
});

test('stalls, rejections, notes and profiles are kept as long as events, on the new clock', async () => {
  const { begin, written } = memoryFile();
  const { writer } = createFlightRecorder(begin, HEADER, { keepMs: 2000 });
  const stack = 1 as StackId;
  for (let second = 0; second < 10; second++) {
    run(writer, ['main'], second * SECOND, (second + 1) * SECOND);
    const timeUs = second * SECOND + 500_000;
    writer.stall({ timeUs, heldUs: 1000, stack });
    writer.rejection({ timeUs, reason: 'Error: x', stack, fatal: false });
    writer.note({ kind: 'mode', thread: 'main', timeUs, mode: 'flow', reason: `${second}` });
  }
  const times = Array.from({ length: 10 }, (_, second) => second * SECOND);
  const samples = times.map(() => 0);
  writer.profile({ intervalUs: 1000, startUs: 0, endUs: 5 * SECOND, nodes: [], samples, times });
  writer.profile({ intervalUs: 1000, startUs: 0, endUs: 10 * SECOND, nodes: [], samples, times });
  await writer.end({ ...TRAILER, durationUs: 10 * SECOND });

  const startUs = 10 * SECOND - written.trailer!.durationUs;
  expect(written.stalls).toEqual([8.5 * SECOND - startUs, 9.5 * SECOND - startUs]);
  expect(written.rejections).toEqual(written.stalls);
  // The mode in which the window began is known, too.
  expect(written.notes.map((note) => note.kind === 'mode' && note.reason)).toEqual(['7', '8', '9']);
  expect(written.profiles).toHaveLength(1);
  const [profile] = written.profiles;
  expect(profile).toMatchObject({ startUs: 0, endUs: 10 * SECOND - startUs });
  expect(profile!.times).toEqual(times.filter((time) => time >= startUs).map((time) => time - startUs));
  expect(profile!.samples).toHaveLength(profile!.times.length);
});

test('what it was waiting for is kept with what comes after it, however long that lasts', async () => {
  const { begin, written } = memoryFile();
  const recorder = createFlightRecorder(begin, HEADER, { keepMs: 1000 });
  run(recorder.writer, ['main'], 0, 10 * SECOND);
  recorder.hold('the loop was 300 ms late');
  run(recorder.writer, ['main'], 10 * SECOND, 15 * SECOND);
  await recorder.writer.end({ ...TRAILER, durationUs: 15 * SECOND });
  const ids = written.events.filter(({ op }) => op === Op.Init).map(({ id }) => id);
  expect(ids[0]! * 20_000).toBeLessThanOrEqual(9 * SECOND);
  expect(ids.at(-1)).toBe(15 * 50 - 1);
  expect(written.trailer!.problems[0]).toMatchObject({ code: 'flight-recording' });
  expect(written.trailer!.problems[0]!.message).toMatch(
    /^Flight recording: the loop was 300 ms late; kept are the 1\.\d s before that was seen and the 5\.0 s after it\.$/,
  );
});

test('memory has a bound: the oldest go, and the recording says so', async () => {
  const { begin, written } = memoryFile();
  const maxBytes = 200_000;
  const recorder = createFlightRecorder(begin, HEADER, { keepMs: 3_600_000, maxBytes });
  // Numbers that no packing makes small.
  let random = 1;
  const noise = (): number => (random = (Math.imul(random, 1_103_515_245) + 12_345) | 0);
  for (let time = 0; time < 60 * SECOND; time += 20_000) {
    const events = Array.from({ length: 40 }, () => [Op.Settled, noise(), noise(), noise()]);
    recorder.writer.events(batch('main', ...events, beat(time)));
  }
  await recorder.writer.end({ ...TRAILER, durationUs: 60 * SECOND });
  const words = written.events.length * 12;
  expect(words).toBeGreaterThan(maxBytes / 4);
  expect(words).toBeLessThan(maxBytes * 2);
  expect(written.trailer!.problems.map(({ code }) => code)).toEqual(['flight-recording', 'flight-shortened']);
  const beats = written.events.filter(({ op }) => op === Op.Heartbeat);
  expect(beats.at(-1)!.time - beats[0]!.time).toBe((beats.length - 1) * 20_000);
});

test('days on the clock of 32 bits', async () => {
  const { begin, written } = memoryFile();
  const { writer } = createFlightRecorder(begin, HEADER, { keepMs: 2000 });
  const aroundUs = 2 ** 33;
  for (let time = 0; time < aroundUs - 6 * SECOND; time += 600 * SECOND)
    writer.events(batch('main', beat(time)));
  for (let time = aroundUs - 6 * SECOND; time < aroundUs + SECOND; time += 20_000) {
    writer.events(batch('main', beat(time)));
  }
  await writer.end({ ...TRAILER, durationUs: aroundUs + SECOND });
  const times = written.events.map(({ time }) => time);
  expect(times.length).toBeGreaterThanOrEqual(100);
  expect(times).toEqual(times.map((_, k) => times[0]! + k * 20_000));
  expect(written.trailer!.durationUs).toBeLessThan(3 * SECOND);
});

describe('triggers', () => {
  const watch = (triggers: Trigger[]) => {
    const fired: string[] = [];
    const { begin } = memoryFile();
    return { fired, writer: watchTriggers(begin(HEADER), triggers, (what) => fired.push(what)) };
  };
  const stack = 0 as StackId;

  test('a delay over the threshold fires once, and not while a thread starts', () => {
    const { fired, writer } = watch([{ kind: 'delay', overMs: 200 }]);
    writer.stall({ timeUs: 1, heldUs: 900_000, stack });
    writer.events(batch('main', beat(1000, 900_000)));
    writer.events(batch('main', beat(2000, 200_000)));
    writer.events(batch('worker-1', beat(2000, 900_000)));
    writer.rejection({ timeUs: 1, reason: 'Error: x', stack, fatal: false });
    expect(fired).toEqual([]);
    writer.events(batch('worker-1', beat(3000), beat(4000, 300_000), beat(5000, 400_000)));
    writer.events(batch('main', beat(6000, 900_000)));
    expect(fired).toEqual(['the event loop of worker-1 was 300 ms late']);
  });

  test('a loop that is held for ever fires while it is held', () => {
    const { fired, writer } = watch([{ kind: 'delay', overMs: 200 }]);
    writer.events(batch('main', beat(1000)));
    writer.stall({ timeUs: 1, heldUs: 150_000, stack });
    expect(fired).toEqual([]);
    writer.stall({ timeUs: 1, heldUs: 250_000, stack });
    expect(fired).toEqual(['the event loop of main had been held for 250 ms']);
  });

  test('a rejection fires where it was asked for', () => {
    const { fired, writer } = watch([{ kind: 'rejection' }]);
    writer.events(batch('main', beat(1000), beat(2000, 9_000_000)));
    expect(fired).toEqual([]);
    writer.rejection({ timeUs: 1, reason: 'TypeError: x', stack, fatal: true });
    expect(fired).toEqual(['nobody handled the rejection "TypeError: x"']);
  });
});
