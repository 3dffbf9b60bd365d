import { beforeAll, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/base/user-error.ts';
import type { Jobs } from '../../../src/cli/jobs.ts';
import type { AliveDump } from '../../../src/model/alive.ts';
import type { TaskDump } from '../../../src/model/task.ts';
import { fakeFace, ran } from './fake-face.ts';

beforeAll(() => {
  vi.stubGlobal('LOOPLENS_VERSION', '1.2.3');
});

const DUMP: TaskDump = {
  depth: 'full',
  target: { pid: 42, node: 'v24.0.0' },
  threads: [{ id: 'main', name: 'main' }],
  snapshot: { heapMB: 5, pauseMs: 300, functions: 2 },
  tasks: [
    {
      count: 2,
      thread: 'main',
      stack: [
        {
          function: 'Pool.acquire',
          file: '/app/pool.js',
          line: 7,
          column: 5,
          exact: true,
          kind: 'await',
          owner: 'own',
        },
        {
          function: 'page',
          file: '/app/page.js',
          line: 30,
          column: 3,
          exact: true,
          kind: 'await',
          owner: 'own',
        },
      ],
      waitingFor: {
        kind: 'promise',
        detail: 'resolver held by Pool.waiting[0..1]',
        holders: [{ task: 1, what: 'pool', taken: { file: '/app/report.js', line: 3, column: 9 } }],
      },
      instances: [],
    },
    {
      count: 1,
      thread: 'main',
      stack: [
        {
          function: 'report',
          file: '/app/report.js',
          line: 4,
          column: 5,
          exact: true,
          kind: 'await',
          owner: 'own',
        },
      ],
      waitingFor: { kind: 'timer', detail: 'timer of 5000 ms' },
      instances: [],
    },
  ],
  cycles: [],
};
const answer: Jobs['tasks'] = () => Promise.resolve({ value: DUMP, problems: [] });

test.each([
  ['tasks --pid 1 --at page.js', /"page.js" is no line of a file. Write it as --at/],
  ['tasks --pid 1 --at page.js:0', /no line of a file/],
  ['tasks --pid 1 --alive --quick', /--alive is another question/],
  ['tasks --pid 1 --settle soon', /"soon" is no duration/],
])('looplens %s is wrong usage', async (line, sentence) => {
  const { code, stderr } = await ran(line);
  expect(code).toBe(2);
  expect(stderr).toMatch(sentence);
});

test('why a line is stuck, by a path or the end of one', async () => {
  const expected = [
    '2 tasks stand here, in line for pool through Pool.acquire (pool.js:7).',
    'It is held by report (taken at report.js:3), waiting for a timer (timer of 5000 ms).',
  ].join(' ');
  for (const place of ['page.js:30', '/app/page.js:30:3', './page.js:30']) {
    const { code, stdout } = await ran(['tasks', '--pid', '1', '--at', place], { tasks: answer });
    expect(code).toBe(0);
    expect(stdout).toBe(`${expected}
Look at why those who have it do not go on and give it back.

2 x page  page.js:30:3
    └ Pool.acquire  pool.js:7:5
      waiting for a promise: resolver held by Pool.waiting[0..1]; pool is held by report
`);
  }
  const { stdout } = await ran('tasks --pid 1 --at page.js:30 --format json', { tasks: answer });
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    verdict: { cause: 'in-line', message: expected, certain: true, tasks: [0] },
    tasks: [
      { waitingFor: { holders: [{ task: 1, what: 'pool', taken: { file: 'report.js', line: 3 } }] } },
      {},
    ],
  });
});

const askFirst: Jobs['tasks'] = async (_target, { mayPause }) => {
  if (mayPause && !(await mayPause({ heapMB: 500, pauseMs: 50_000 }))) {
    throw new UserError('usage', 'No heap snapshot was taken.', 'Allow it with --yes.');
  }
  return { value: DUMP, problems: [] };
};

test('a long pause is asked for on a terminal, refused elsewhere, and taken with --yes', async () => {
  const refused = await ran('tasks --pid 1', { tasks: askFirst });
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^The heap has 500 MB: .* for about 50\.0 s\. Allow it with --yes/);
  expect((await ran('tasks --pid 1 --yes', { tasks: askFirst })).code).toBe(0);
  const questions: string[] = [];
  for (const [says, code] of [
    [true, 0],
    [false, 2],
  ] as const) {
    const fake = fakeFace();
    fake.face.ask = (question) => {
      questions.push(question);
      return Promise.resolve(says);
    };
    expect((await ran('tasks --pid 1', { tasks: askFirst }, fake)).code).toBe(code);
  }
  expect(questions).toEqual(Array(2).fill(expect.stringMatching(/hold the process.*Go on\? \[y\/N\] $/)));
});

test('Ctrl-C stops it, and the line of progress goes', async () => {
  const fake = fakeFace({ columns: 80 });
  const tasks: Jobs['tasks'] = (_target, { signal, onProgress }) => {
    onProgress?.({ phase: 'snapshot', thread: 'main', received: 3e6 });
    const stopped = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () =>
        reject(new UserError('unreachable', 'Stopped.', 'Start again.')),
      );
    });
    fake.interrupt();
    return stopped;
  };
  const { code, stdout, stderr } = await ran('tasks --pid 1', { tasks }, fake);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('Taking a heap snapshot: 3 MB, Ctrl-C stops');
  expect(stderr.endsWith('\r\u001b[2KStopped. Start again.\n')).toBe(true);
  expect(fake.stops.size).toBe(0);
});

test('what keeps a process alive, with what holds it first', async () => {
  const dump: AliveDump = {
    target: { pid: 42, node: 'v24.0.0' },
    threads: [
      { id: 'main', name: 'main' },
      { id: '1', name: '[worker 1]' },
    ],
    things: [
      {
        count: 3,
        kind: 'timer',
        detail: 'interval of 1000 ms',
        ref: 'holds',
        calls: [{ file: '/app/tick.js', line: 3, column: 5, function: 'tick' }],
        thread: 'main',
      },
      { count: 1, kind: 'timer', detail: 'timer of 9 ms', ref: 'does-not-hold', calls: [], thread: 'main' },
    ],
  };
  const alive: Jobs['alive'] = () => Promise.resolve({ value: dump, problems: [] });
  expect((await ran('tasks --pid 1 --alive', { alive })).stdout).toBe(`The main thread is kept alive by
  3 x interval of 1000 ms  calls tick  tick.js:3:5

Worker [worker 1] is kept alive by
  nothing

Kept alive by 3 things. Process 42, Node v24.0.0.
`);
  const { stdout } = await ran('tasks --pid 1 --alive --format json', { alive });
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    target: { pid: 42 },
    alive: [{ count: 3, kind: 'timer', ref: 'holds', calls: [{ file: 'tick.js', line: 3 }] }, {}],
  });
});
