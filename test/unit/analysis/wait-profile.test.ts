import { expect, test } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.ts';
import { Op } from '../../../src/model/event.ts';
import type { WaitProfile } from '../../../src/model/finding.ts';
import { own, pkg, RecordingBuilder } from './build-recording.ts';
import type { Fn } from './build-recording.ts';

/** Draws promises and samples of them; ids are given, times in ms. */
class Pen extends RecordingBuilder {
  promise(ms: number, id: number, parent: number, execution = 0): void {
    const known = this.tables.types.indexOf('PROMISE');
    const type = known > 0 ? known : this.tables.types.push('PROMISE') - 1;
    this.event(ms * 1000, Op.Init, type, id, parent, execution);
  }

  /** `count` samples of a promise, a heartbeat apart. */
  samples(ms: number, count: number, id: number, weight: number, ...stack: Fn[]): void {
    const at = this.stack(stack);
    for (let k = 0; k < count; k++) {
      const us = (ms + k * 20) * 1000;
      this.event(us, Op.WaitSample, weight * 16, id, us, at);
    }
  }
}

const profile = (pen: Pen): WaitProfile | undefined => analyze(pen.build(), []).value.waits;
const shares = (waits: WaitProfile | undefined): Record<string, number> =>
  Object.fromEntries(
    (waits?.lines ?? []).map(({ location, share }) => [`${location.function ?? ''}:${location.line}`, share]),
  );
const load = own('db.js', 'load', 12);
const save = own('db.js', 'save', 30);

test('lines share the waiting by the weight of their samples', () => {
  const pen = new Pen(2_000);
  pen.promise(100, 101, 0);
  pen.promise(100, 103, 101);
  pen.samples(110, 10, 103, 3, load, own('server.js', 'handler', 40));
  pen.promise(400, 105, 0);
  pen.promise(400, 107, 105);
  pen.samples(410, 10, 107, 1, save);
  const waits = profile(pen);
  expect(shares(waits)).toEqual({ 'load:12': 0.75, 'save:30': 0.25 });
  expect(waits?.unattributedShare).toBe(0);
  // 40 functions, each for a heartbeat of 20 ms.
  expect(waits?.totalMs).toBeGreaterThan(760);
  expect(waits?.totalMs).toBeLessThan(840);
});

test('what only passes a result on is no wait of its own', () => {
  const pen = new Pen(2_000);
  // An async function's promise (101) is resolved with another one (99): the job makes a promise (103) that follows it.
  pen.promise(90, 99, 0);
  pen.promise(90, 101, 0);
  pen.promise(90, 105, 101);
  pen.event(100_000, Op.Before, 0, 101, 100_000, 0);
  pen.promise(100, 103, 99, 101);
  pen.event(100_000, Op.After, 0, 101, 100_000, 0);
  pen.samples(110, 5, 103, 1, load);
  pen.samples(115, 5, 105, 1, load);
  expect(profile(pen)?.lines.map(({ samples }) => samples)).toEqual([5]);
});

test('a function that is called while its promise is resolved does wait', () => {
  const pen = new Pen(2_000);
  // A thenable's `then` runs in that job: an async function called in it makes its own promise first.
  pen.promise(90, 101, 0);
  pen.event(100_000, Op.Before, 0, 101, 100_000, 0);
  pen.promise(100, 107, 0, 101);
  pen.promise(100, 109, 97, 101);
  pen.event(100_000, Op.After, 0, 101, 100_000, 0);
  pen.samples(110, 5, 109, 1, load);
  expect(shares(profile(pen))).toEqual({ 'load:12': 1 });
});

test('one of several waiters whose stack was not read is unattributed; what nobody awaits is no wait', () => {
  const pen = new Pen(2_000);
  pen.promise(90, 101, 0);
  pen.promise(90, 103, 101);
  pen.promise(95, 105, 101);
  pen.samples(110, 5, 103, 1);
  pen.samples(115, 15, 105, 1, save);
  pen.promise(500, 111, 0);
  pen.promise(500, 113, 111);
  pen.samples(510, 20, 113, 1);
  const waits = profile(pen);
  expect(waits?.unattributedShare).toBe(0.25);
  expect(shares(waits)).toEqual({ 'save:30': 0.75 });
});

test('elements of a Promise.all are not counted beside it; a library is named where no own code waits', () => {
  const pen = new Pen(2_000);
  const all: Fn = { ...own('', 'Promise.all', 1), async: 'all' };
  for (const id of [103, 107, 111]) {
    pen.promise(90, id - 2, 0);
    pen.promise(90, id, id - 2);
  }
  pen.samples(110, 5, 103, 1, all, load);
  pen.samples(115, 5, 107, 1, load);
  pen.samples(110, 5, 111, 1, pkg('pool', 'acquire', 80));
  expect(shares(profile(pen))).toEqual({ 'load:12': 0.5, 'acquire:80': 0.5 });
});

test('a line that was met once or twice is not named', () => {
  const pen = new Pen(2_000);
  pen.promise(90, 101, 0);
  pen.promise(90, 103, 101);
  pen.samples(110, 2, 103, 1, load);
  expect(profile(pen)).toMatchObject({ lines: [] });
  expect(profile(new Pen(1_000))).toBeUndefined();
});
