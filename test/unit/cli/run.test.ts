import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/base/user-error.ts';
import type { Jobs } from '../../../src/cli/jobs.ts';
import type {
  RecordOptions,
  RecordResult,
  TargetListing,
  TargetSpec,
} from '../../../src/session/contract.ts';
import { BLOCKED, HINT, REPORT } from '../report/sample.ts';
import { openRecording as readRecording } from '../../../src/recording/read.ts';
import { fillWithSample, HEADER, TRAILER, written } from '../recording/sample.ts';
import { fakeFace, ran } from './fake-face.ts';

beforeAll(() => {
  vi.stubGlobal('LOOPLENS_VERSION', '1.2.3');
});

const REPORTED = { value: { ...REPORT, findings: [BLOCKED] }, problems: [] };
const CUT_OFF = [{ code: 'file-truncated', message: 'The recording was cut off.' }];
const analyzeFile: Jobs['analyzeFile'] = () => Promise.resolve(REPORTED);

describe('wrong usage is one sentence and exit code 2', () => {
  test.each([
    ['frobnicate', /unknown command 'frobnicate'/i],
    ['recrod', /Did you mean record\?/],
    ['targets --nope', /^Unknown option '--nope'\. /],
    ['analyze', /missing required argument 'file'/i],
    ['analyze a.looplens --format yaml', /'yaml' is invalid.*text, json, markdown/],
    ['analyze a.looplens -- x', /starts no program/],
    ['analyze a.looplens --fail-on hint', /'hint' is invalid/],
    ['record', /Which process.*--pid N/],
    ['record --pid 1 --inspect 9229', /Only one process/],
    ['record --pid x1', /"x1" is no process id/],
    ['record --pid 0', /"0" is no process id/],
    ['record --inspect 99999', /"99999" is no inspector address/],
    ['record app.js', /"app.js" is no target/],
    ['record --', /no command after "--"/],
    ['record --pid 1 --duration 10', /"10" is no duration/],
    ['record --pid 1 --until delay', /"delay" needs a time.*quotes/s],
    ['record --pid 1 --until delay:200', /"200" is no duration/],
    ['record --pid 1 --until rejection,lunch', /"lunch" is nothing to wait for/],
    ['record --pid 1 --duration 0s', /"0s" is no duration/],
    ['lint --preset odd', /'odd' is invalid/],
  ])('looplens %s', async (line, sentence) => {
    const { code, stdout, stderr } = await ran(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('help and version go to stdout, and help without a command to stderr', async () => {
  expect(await ran('--version')).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
  for (const command of ['targets', 'record', 'analyze', 'lint']) {
    const { code, stdout } = await ran(`${command} --help`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}looplens/);
  }
  const bare = await ran('');
  expect(bare).toMatchObject({ code: 2, stdout: '' });
  expect(bare.stderr).toContain('Usage: looplens');
});

describe('record', () => {
  /** A recorder that takes note of what it was asked for. */
  function recorder(trailer = TRAILER) {
    const asked: { target?: TargetSpec; options?: RecordOptions } = {};
    const record: Jobs['record'] = (target, options) => {
      Object.assign(asked, { target, options });
      return Promise.resolve<RecordResult>({ file: options.out, header: HEADER, trailer });
    };
    return { asked, jobs: { record, analyzeFile } };
  }

  test.each<[string, TargetSpec]>([
    ['--pid 4242', { kind: 'pid', pid: 4242 }],
    ['--inspect 9229', { kind: 'inspect', host: '127.0.0.1', port: 9229 }],
    ['--inspect box:9230', { kind: 'inspect', host: 'box', port: 9230 }],
    ['--inspect [::1]:9230', { kind: 'inspect', host: '::1', port: 9230 }],
    ['ws://127.0.0.1:9229/abc', { kind: 'ws', url: 'ws://127.0.0.1:9229/abc' }],
    [
      '-- node app.js --pid 3 -- x',
      { kind: 'command', command: 'node', args: ['app.js', '--pid', '3', '--', 'x'], cwd: '/app' },
    ],
  ])('%s', async (line, target) => {
    const { asked, jobs } = recorder();
    expect((await ran(`record ${line}`, jobs)).code).toBe(0);
    expect(asked.target).toEqual(target);
  });

  test.each<[string, Partial<RecordOptions>]>([
    ['', {}],
    ['--keep 10s', { flight: { keepMs: 10_000, until: [] } }],
    [
      '--until delay>200ms,rejection',
      { flight: { keepMs: 30_000, until: [{ kind: 'delay', overMs: 200 }, { kind: 'rejection' }] } },
    ],
    [
      '--keep 1m --until delay:1s --reconnect',
      { flight: { keepMs: 60_000, until: [{ kind: 'delay', overMs: 1000 }] }, reconnect: 'on' },
    ],
  ])('a flight recording is asked for with "%s"', async (line, expected) => {
    const { asked, jobs } = recorder();
    expect((await ran(`record --inspect 9229 ${line}`, jobs)).code).toBe(0);
    const { flight, reconnect } = asked.options!;
    expect({ flight, reconnect }).toEqual({ flight: undefined, reconnect: undefined, ...expected });
  });

  test('a flight recording says that it was saved', async () => {
    const problems = [{ code: 'flight-recording', message: 'Flight recording: x.' }];
    const { jobs } = recorder({ ...TRAILER, ended: 'stopped', problems });
    expect((await ran('record --pid 1 --keep 10s', jobs)).stderr).toContain('Saved the last 1.0 s to ');
  });

  test('prints the findings to stdout and where the recording is to stderr', async () => {
    const { asked, jobs } = recorder();
    const { code, stdout, stderr } = await ran('record --duration 1.5s -- node src/app.js', jobs);
    expect(code).toBe(0);
    expect(stdout).toContain('slow/index.js:8:3');
    const file = path.resolve('/tmp/looplens-app-20261123-014736.looplens');
    expect(asked.options).toMatchObject({ durationMs: 1500, out: file });
    expect(stderr).toContain(`looplens analyze ${file}`);
  });

  test('--out is taken from the current folder, --quiet leaves stderr empty, --fail-on gives 1', async () => {
    const { asked, jobs } = recorder();
    const result = await ran(
      'record --pid 1 --out x/a.looplens --quiet --format json --fail-on warning',
      jobs,
    );
    expect(asked.options?.out).toBe(path.resolve('/app/x/a.looplens'));
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(result.stdout).findings).toHaveLength(1);
  });

  test('Ctrl-C ends the recording, and what it has is analysed', async () => {
    const fake = fakeFace();
    const record: Jobs['record'] = (_, options) =>
      new Promise((resolve) => {
        options.signal?.addEventListener('abort', () =>
          resolve({ file: options.out, header: HEADER, trailer: { ...TRAILER, ended: 'stopped' } }),
        );
        fake.interrupt();
      });
    const { code, stdout, stderr } = await ran('record --pid 1', { record, analyzeFile }, fake);
    expect(code).toBe(0);
    expect(stdout).toContain(BLOCKED.message);
    expect(stderr).toContain('Stopped and recorded');
    expect(fake.stops.size, 'signals are left alone again').toBe(0);
  });

  test('a process that is gone before anything was recorded is exit code 3', async () => {
    const { jobs } = recorder({ ...TRAILER, events: 0, ended: 'target-exited' });
    const { code, stdout, stderr } = await ran('record --pid 1', jobs);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/gone before anything was recorded/);
  });

  const progress = {
    phase: 'recording',
    elapsedMs: 3210,
    events: 812_345,
    dropped: 3,
    delayP99Ms: 12.3,
    overheadShare: 0.04,
  } as const;
  const chatty: Jobs['record'] = (_, options) => {
    options.onProgress?.({ ...progress, phase: 'connecting' });
    options.onProgress?.(progress);
    options.onProgress?.({ ...progress, elapsedMs: 3410 });
    options.onOutput?.('listening\n');
    options.onProgress?.({ ...progress, elapsedMs: 9000 });
    return Promise.resolve({ file: options.out, header: HEADER, trailer: TRAILER });
  };
  const line = (seconds: string) =>
    `Recording ${seconds} s, of 10.0 s · loop delay p99 12 ms · 812,345 events · 3 dropped · own cost 4 %`;

  test('progress is a line that is rewritten on a terminal', async () => {
    const { stderr } = await ran(
      'record --pid 1 -d 10s',
      { record: chatty, analyzeFile },
      fakeFace({ columns: 200 }),
    );
    const erase = '\r\u001b[2K';
    expect(stderr.slice(0, stderr.indexOf('Recorded'))).toBe(
      [`Connecting...`, line('3.2'), line('3.4'), `listening\n${line('3.4')}`, line('9.0'), '']
        .map((text) => erase + text)
        .join(''),
    );
  });

  test('progress is a line now and then elsewhere', async () => {
    const { stderr } = await ran('record --pid 1 -d 10s', { record: chatty, analyzeFile });
    expect(stderr.slice(0, stderr.indexOf('Recorded'))).toBe(
      ['Connecting...', line('3.2'), 'listening', line('9.0'), ''].join('\n'),
    );
  });
});

test('analyze prints what could be read of a damaged file, with exit code 4', async () => {
  const { code, stdout } = await ran('analyze a.looplens --fail-on error', {
    analyzeFile: () => Promise.resolve({ ...REPORTED, problems: CUT_OFF }),
  });
  expect(code).toBe(4);
  expect(stdout).toContain(BLOCKED.message);
  expect(stdout).toContain(CUT_OFF[0]!.message);
});

test.each([
  ['error', 0],
  ['warning', 0],
  ['info', 1],
])('lint --fail-on %s with a note is exit code %i', async (level, code) => {
  const lintPaths: Jobs['lintPaths'] = () => Promise.resolve({ value: [HINT], problems: [] });
  expect((await ran(`lint --fail-on ${level}`, { lintPaths })).code).toBe(code);
});

test('lint passes its options on and joins the evidence', async () => {
  const asked: Parameters<Jobs['lintPaths']>[0][] = [];
  const lintPaths: Jobs['lintPaths'] = (options) => {
    asked.push(options);
    return Promise.resolve({ value: [HINT], problems: [] });
  };
  const line =
    'lint src --preset strict --config c.mjs --since main --evidence a.looplens --format github -- --odd';
  const { stdout } = await ran(line, { lintPaths, analyzeFile });
  expect(asked).toEqual([
    {
      paths: ['src', '--odd'],
      cwd: '/app',
      preset: 'strict',
      config: path.resolve('/app/c.mjs'),
      change: { kind: 'since', ref: 'main' },
      cache: {},
      evidence: REPORTED.value,
    },
  ]);
  expect(stdout).toMatch(/^::notice file=a b\.js,line=2/);
});

describe('targets', () => {
  const listing: TargetListing = {
    pid: 4242,
    state: 'inspectable',
    host: '127.0.0.1',
    port: 9229,
    script: '/app/server.js',
    cwd: '/app',
    commandLine: 'node server.js',
    workers: [{ id: '1', name: 'w' }],
  };
  const repl: TargetListing = {
    pid: 7,
    state: 'activatable',
    script: '',
    commandLine: 'node\u001b[2J -i',
    workers: [],
  };

  test('as text', async () => {
    const { stdout } = await ran('targets', { listTargets: () => Promise.resolve([listing, repl]) });
    expect(stdout).toBe(
      [
        'PID   STATE        PORT  PROGRAM',
        '4242  inspectable  9229  server.js  (in /app), 1 worker',
        '7     activatable  -     node[2J -i',
        '',
      ].join('\n'),
    );
  });

  test('as JSON', async () => {
    const { stdout } = await ran('targets --format json', {
      listTargets: () => Promise.resolve([listing, repl]),
    });
    expect(JSON.parse(stdout)).toEqual({ version: 1, targets: [listing, repl] });
  });

  test('none', async () => {
    const { code, stdout } = await ran('targets', { listTargets: () => Promise.resolve([]) });
    expect(code).toBe(0);
    expect(stdout).toContain('looplens record -- node app.js');
  });
});

test.each([
  ['unreachable', 3],
  ['damaged', 4],
  ['usage', 2],
  ['internal', 5],
] as const)('an error "%s" is exit code %i and one line', async (kind, code) => {
  const fail = () => Promise.reject(new UserError(kind, 'It is\u001b[31m so.', 'Do that.'));
  expect(await ran('analyze x', { analyzeFile: fail })).toEqual({
    code,
    stdout: '',
    stderr: 'It is[31m so. Do that.\n',
  });
});

test('a defect of ours is exit code 5, its stack only with --verbose', async () => {
  const fail = () => Promise.reject(new TypeError('x is not a function'));
  const brief = await ran('analyze x', { analyzeFile: fail });
  expect(brief.code).toBe(5);
  expect(brief.stderr).toBe(
    'Internal error: x is not a function Run it again with --verbose for the details.\n',
  );
  const long = await ran('analyze x --verbose', { analyzeFile: fail });
  expect(long.stderr).toContain('run.test.ts');
});

describe('export', () => {
  const openRecording: Jobs['openRecording'] = (file) => Promise.resolve(readRecording(file));

  test.each(['perfetto', 'cpuprofile', 'speedscope'])('--to %s writes JSON', async (to) => {
    const file = await written(fillWithSample);
    const { code, stdout } = await ran(['export', file, '--to', to, '--out', `${file}.json`], {
      openRecording,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'))).toHaveProperty(
      { perfetto: 'traceEvents', cpuprofile: 'nodes', speedscope: 'profiles' }[to]!,
    );
  });

  test('--to otlp has the findings too', async () => {
    const file = await written(fillWithSample);
    const { code } = await ran(['export', file, '--to', 'otlp', '--out', `${file}.json`], {
      openRecording,
      analyzeFile,
    });
    expect(code).toBe(0);
    const exported = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
    expect(exported.resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue).toBe(BLOCKED.message);
  });

  test('what cannot be written, or is not there, is wrong usage', async () => {
    const file = await written(() => undefined);
    const unwritable = await ran(['export', file, '--to', 'perfetto', '--out', path.join(file, 'x')], {
      openRecording,
    });
    expect(unwritable.code).toBe(2);
    const none = await ran(['export', file, '--to', 'cpuprofile', '--out', `${file}.json`], {
      openRecording,
    });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no CPU profile') });
    expect((await ran(['export', file, '--to', 'perfetto'])).stderr).toMatch(
      /required option '-o, --out <file>'/i,
    );
  });
});
