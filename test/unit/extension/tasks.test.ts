import { expect, test } from 'vitest';
import { Sightings } from '../../../src/extension/tasks/sightings.ts';
import {
  ageText,
  lensText,
  ownFrame,
  sparkline,
  summaryText,
  suspendedIn,
  taskTitle,
} from '../../../src/extension/tasks/words.ts';
import { waitingText } from '../../../src/tasks/waiting-text.ts';
import type { Task, TaskDump, TaskFrame } from '../../../src/model/task.ts';

const frame = (name: string, line: number, changes: Partial<TaskFrame> = {}): TaskFrame => ({
  function: name,
  file: '/app/db.js',
  line,
  column: 3,
  exact: true,
  kind: 'await',
  owner: 'own',
  ...changes,
});
const task = (count: number, stack: TaskFrame[], changes: Partial<Task> = {}): Task => ({
  count,
  thread: 'main',
  stack,
  instances: [],
  ...changes,
});
const dump = (...tasks: Task[]): TaskDump => ({
  depth: 'quick',
  target: { pid: 1, node: 'v24.0.0' },
  threads: [{ id: 'main', name: 'main' }],
  tasks,
  cycles: [],
});
const never = (): number => 0;

test('a group is named by its innermost own function', () => {
  const library = frame('Pool.acquire', 80, { owner: 'package', file: '/app/node_modules/pool/index.js' });
  expect(taskTitle(task(5, [library, frame('query', 12)]))).toBe('5 × query');
  expect(taskTitle(task(1, [library]))).toBe('Pool.acquire');
  expect(ownFrame([library])).toBeUndefined();
});

test('what it waits for is said, and so is what never comes', () => {
  expect(waitingText({ kind: 'timer', detail: 'setTimeout of 50 ms' })).toBe(
    'waiting for a timer (setTimeout of 50 ms)',
  );
  expect(waitingText({ kind: 'unreachable', detail: '' })).toMatch(/never/);
  expect(waitingText(undefined)).toBeUndefined();
});

test('lines count every task that passes through them, exact ones only', () => {
  const found = suspendedIn(
    dump(
      task(5, [frame('acquire', 12), frame('query', 30)], {
        waitingFor: { kind: 'promise', detail: 'Pool.q[3]' },
      }),
      task(2, [frame('sleep', 4), frame('query', 30)], { waitingFor: { kind: 'timer', detail: '5 ms' } }),
      task(9, [frame('elsewhere', 12, { file: '/app/other.js' })]),
      task(1, [frame('guess', 7, { exact: false })]),
    ),
    '/app/db.js',
    () => 12_000,
  );
  expect(found.map(lensText)).toEqual([
    '2 tasks suspended here, seen for 12 s, waiting for a timer (5 ms)',
    '5 tasks suspended here, seen for 12 s, waiting for a promise (Pool.q[3])',
    '7 tasks suspended here, seen for 12 s',
  ]);
  expect(found.map(({ line }) => line)).toEqual([4, 12, 30]);
});

test('recursion counts a task once in a line', () => {
  const [at] = suspendedIn(dump(task(3, [frame('walk', 5), frame('walk', 5)])), '/app/db.js', never);
  expect(lensText(at!)).toBe('3 tasks suspended here');
});

test('groups are followed from look to look, by their places', () => {
  const sightings = new Sightings();
  const first = task(2, [frame('query', 30)]);
  sightings.add(dump(first, task(1, [frame('gone', 1)])), 1_000);
  sightings.add(dump(task(4, [frame('query', 30)])), 6_000);
  sightings.add(dump(task(3, [frame('query', 30)]), task(1, [frame('query', 30)])), 9_000);
  expect(sightings.seenMs(first)).toBe(8_000);
  expect(sightings.counts(first)).toEqual([2, 4, 4]);
  expect(sparkline(sightings.counts(first))).toBe('▅██');
  expect(sightings.counts(task(1, [frame('gone', 1)]))).toEqual([]);
  sightings.clear();
  expect(sightings.seenMs(first)).toBe(0);
  expect(sparkline([3])).toBe('');
});

test('what a snapshot told is remembered while the group stays where it is', () => {
  const sightings = new Sightings();
  const waiting = { kind: 'timer', detail: 'timer of 50 ms' } as const;
  const seen = task(1, [frame('callback of app.get', 30)], { waitingFor: waiting });
  const again = task(1, [frame('(anonymous)', 30)]);
  const moved = task(1, [frame('(anonymous)', 31)]);
  sightings.add(dump(seen), 0);
  sightings.add(dump(again), 5_000);
  expect(sightings.waiting(again)).toEqual(waiting);
  expect([sightings.seenMs(again), sightings.seenMs(moved)].map(ageText)).toEqual(['for 5 s', '']);
  sightings.add(dump(moved), 6_000);
  sightings.add(dump(again), 7_000);
  expect(sightings.waiting(again)).toBeUndefined();
});

test('the summary says how it was found', () => {
  expect(summaryText(dump(task(3, [frame('a', 1)])), 'shop.js')).toBe(
    '3 suspended tasks in shop.js (a quick look: counts are approximate; a snapshot tells what each waits for).',
  );
  const full: TaskDump = {
    ...dump(),
    depth: 'full',
    snapshot: { heapMB: 30, pauseMs: 310, functions: 0 },
    cycles: [{ tasks: [0], steps: [] }],
  };
  expect(summaryText(full, 'shop.js')).toBe(
    'No suspended task in shop.js (by a heap snapshot that held it for 310 ms). 1 deadlock found.',
  );
});
