import { expect, test } from 'vitest';
import type { Task, TaskDump, TaskFrame } from '../../../src/model/task.ts';
import { stuckAt } from '../../../src/tasks/verdict.ts';

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

const stuck: TaskDump = {
  ...dump(
    task(5, [frame('Pool.acquire', 12), frame('query', 30)], {
      waitingFor: { kind: 'promise', detail: 'resolver held by Pool.q[3]' },
    }),
    task(1, [frame('sleep', 4), frame('query', 30)], { waitingFor: { kind: 'timer', detail: '5 ms' } }),
    task(1, [frame('lockA', 50)]),
    task(1, [frame('lockB', 60)]),
  ),
  depth: 'full',
  cycles: [{ tasks: [2, 3], steps: ['lockA waits for lockB', 'lockB waits for lockA'] }],
};

test('why an await is stuck, in a sentence', () => {
  expect(stuckAt(stuck, '/app/db.js', 30)).toEqual({
    cause: 'waiting',
    message:
      '6 tasks stand here, 5 of them waiting for a promise (resolver held by Pool.q[3]) through Pool.acquire (db.js:12).',
    next: 'Look at who should call the resolve function that is kept there.',
    certain: true,
    tasks: [0, 1],
  });
  expect(stuckAt(stuck, '/app/db.js', 4).message).toBe('1 task stands here, waiting for a timer (5 ms).');
  expect(stuckAt(stuck, '/app/db.js', 60).message).toBe(
    '1 task stands here in a deadlock: lockA waits for lockB; lockB waits for lockA. None of them can go on.',
  );
  expect(stuckAt(stuck, 'app/db.js', 99)).toEqual({
    cause: 'nobody',
    message: 'No task is suspended at line 99; in this file tasks stand at lines 4, 12, 30, 50, 60.',
    next: 'Ask for one of these lines.',
    certain: true,
    tasks: [],
  });
  expect(stuckAt(stuck, '/app/b.js', 12).message).toBe(
    'No task is suspended at line 12 or anywhere else in this file.',
  );
});

test('a quick look does not know what is waited for, and says so', () => {
  const quick = dump(task(2, [frame('query', 30)]));
  expect(stuckAt(quick, '/app/db.js', 30)).toMatchObject({ certain: false });
  expect(stuckAt(quick, '/app/db.js', 31)).toMatchObject({ certain: false });
});

const inLine = (holders: number[], cycles: TaskDump['cycles'] = []): TaskDump => ({
  ...dump(
    task(3, [frame('Pool.acquire', 12), frame('page', 30)], {
      waitingFor: {
        kind: 'promise',
        detail: 'resolver held by Pool.q[0..2]',
        holders: holders.map((index) => ({ task: index, what: 'pool' })),
      },
    }),
    task(2, [frame('report', 70)], { waitingFor: { kind: 'net', detail: '"data" of Socket' } }),
  ),
  depth: 'full',
  cycles,
});

test('who stands in line is told who has what it waits for', () => {
  expect(stuckAt(inLine([1]), 'db.js', 30)).toMatchObject({
    cause: 'in-line',
    message:
      '3 tasks stand here, in line for pool through Pool.acquire (db.js:12). It is held by 2 × report, waiting for a socket ("data" of Socket).',
  });
  expect(stuckAt(inLine([]), 'db.js', 30)).toMatchObject({
    cause: 'waiting',
    message: expect.stringMatching(/No suspended task is known to hold it up\.$/) as string,
    next: expect.stringMatching(/do not give it back\.$/) as string,
  });
  const cycles = [{ tasks: [1], steps: ['report took pool at db.js:69 and waits for it once more'] }];
  const dead = inLine([1], cycles);
  dead.tasks[1]!.waitingFor = { kind: 'promise', detail: 'Pool.q[3]', holders: [{ task: 1, what: 'pool' }] };
  expect(stuckAt(dead, 'db.js', 30)).toMatchObject({
    cause: 'deadlock',
    message:
      '3 tasks stand here, in line for pool behind a deadlock: report took pool at db.js:69 and waits for it once more. None of them can go on.',
    next: expect.stringMatching(/^Take all that is needed at once/) as string,
  });
});

test('what nobody can settle is an error of its own', () => {
  const lost = dump(task(1, [frame('save', 8)], { waitingFor: { kind: 'unreachable', detail: '' } }));
  expect(stuckAt(lost, 'C:\\app\\db.js', 8).cause).toBe('nobody');
  expect(stuckAt(lost, 'db.js', 8)).toMatchObject({ cause: 'never', certain: true, tasks: [0] });
});
