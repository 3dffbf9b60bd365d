import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Op } from '../../../src/model/event.ts';
import type { StackId } from '../../../src/model/ids.ts';
import type { PauseNote } from '../../../src/model/note.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';
import { cpuProfileJson } from '../../../src/report/cpuprofile.ts';
import { otlpJson } from '../../../src/report/otlp/file.ts';
import { speedscopeJson } from '../../../src/report/speedscope.ts';
import { traceEventJson } from '../../../src/report/trace-event.ts';
import { HEADER, PROFILE, TABLES, TRAILER } from '../recording/sample.ts';
import { checkOtlp, checkSpeedscope, checkTrace } from './format-checks.ts';
import type { OtlpObject, TraceEvent } from './format-checks.ts';
import { BLOCKED, HOSTILE, REPORT } from './sample.ts';
import { matchProfileType } from './schemas.ts';

function readerOf(parts: Partial<RecordingReader>, ...words: number[]): RecordingReader {
  return {
    header: HEADER,
    trailer: TRAILER,
    tables: TABLES,
    stalls: [],
    rejections: [],
    notes: [],
    profiles: [],
    problems: [],
    events: () => [{ thread: 'main', words: Int32Array.from(words) }],
    ...parts,
  };
}

/** Two turns of one request with a timer between them, in the second of which it holds the loop and asks another service. */
const SERVED = [
  ...[Op.Before, 40, 500, 0],
  ...[Op.RequestStart | (1 << 8), 7, 1_000, 1],
  ...[Op.Init | (2 << 8), 20, 0, 0],
  ...[Op.After, 40, 2_000, 0],
  ...[Op.Init | (1 << 8), 31, 0, 20],
  ...[Op.Heartbeat, 2_500, 20_000, 10_000],
  ...[Op.Before, 20, 30_000, 0],
  ...[Op.OperationStart | (1 << 8), 3, 30_100, 1],
  ...[Op.After, 20, 50_000, 0],
  ...[Op.Gc | (4 << 8), 300, 45_000, 0],
  ...[Op.OperationEnd | (503 << 8), 3, 60_000, 0],
  ...[Op.Before, 20, 61_000, 0],
  ...[Op.RequestEnd | (200 << 8), 7, 62_000, 2],
  ...[Op.After, 20, 62_500, 0],
  ...[Op.Heartbeat, 0, 80_000, 5_000],
];
const STALLS = [{ timeUs: 40_000, heldUs: 10_000, stack: 1 as StackId }];

describe('cpuprofile', () => {
  test('a CPU profile keeps its samples, times and places', () => {
    const profile = JSON.parse(cpuProfileJson(readerOf({ profiles: [PROFILE] }))!);
    expect(profile).toMatchObject({
      startTime: 0,
      endTime: 4000,
      samples: [2, 2, 1, 2],
      timeDeltas: [1000, 1000, 1002, 998],
    });
    expect(profile.nodes).toMatchObject([
      { id: 1, callFrame: { functionName: '(root)' }, children: [2] },
      {
        id: 2,
        callFrame: { functionName: 'handler', url: 'file:///app/server.js', lineNumber: 7, columnNumber: 2 },
        hitCount: 3,
        children: [],
        positionTicks: [{ line: 9, ticks: 3 }],
      },
    ]);
  });

  test('two profiles follow each other below one root', () => {
    const second = { ...PROFILE, startUs: 5000, endUs: 9000, times: [6000, 7000, 8000, 9000] };
    const profile = JSON.parse(cpuProfileJson(readerOf({ profiles: [PROFILE, second] }))!);
    matchProfileType(profile);
    expect(profile.samples).toEqual([2, 2, 1, 2, 3, 3, 1, 3]);
    expect(profile.nodes[0].children).toEqual([2, 3]);
    expect(profile.timeDeltas.reduce((sum: number, delta: number) => sum + delta, 0)).toBe(9000);
  });

  test('only the first thread is in it', () => {
    const other = { ...PROFILE, thread: 'worker-1' };
    const profile = JSON.parse(cpuProfileJson(readerOf({ profiles: [PROFILE, other] }))!);
    expect(profile.samples).toHaveLength(PROFILE.samples.length);
  });

  test('a recording without a profile has none to give', () => {
    expect(cpuProfileJson(readerOf({}))).toBeUndefined();
    expect(speedscopeJson(readerOf({}))).toBeUndefined();
  });
});

test('speedscope gets a sampled profile for each thread, with the author’s places', () => {
  const other = { ...PROFILE, thread: 'worker-1' };
  const file = JSON.parse(speedscopeJson(readerOf({ profiles: [PROFILE, other] }))!);
  checkSpeedscope(file);
  expect(file.profiles.map(({ name }: { name: string }) => name)).toEqual(['main', 'worker-1']);
  expect(file.shared.frames[0]).toEqual({ name: 'handler', file: '/app/server.js', line: 8, col: 3 });
  expect(file.profiles[0].samples).toEqual([[0], [0], [], [0]]);
  expect(file.profiles[0].endValue).toBeCloseTo(3000);
});

describe('trace events', () => {
  test('turns are named by the line that held them, waits lie in their request, arrows lead to what they started', () => {
    const events = traceOf(readerOf({ stalls: STALLS }, ...SERVED));
    checkTrace(events);
    const brief = events
      .filter(({ ph }) => ph !== 'M')
      .map(({ ph, cat, name, ts, dur }) =>
        [ph, cat, name, ts, dur].filter((value) => value !== undefined).join(' '),
      );
    expect(brief).toEqual([
      'C event loop delay 20000',
      'X turn unknown origin 500 1500',
      'X gc major collection 45000 300',
      'b operation GET /orders/17 30100',
      'e operation GET /orders/17 60000',
      's cause leads to 1000',
      'X hold handler server.js:8:3 30000 20000',
      'f cause leads to 30000',
      'b request GET /orders/17 1000',
      'b request waits for Timeout 2000',
      'e request waits for Timeout 30000',
      'b request waits for Timeout 50000',
      'e request waits for Timeout 61000',
      'e request GET /orders/17 62000',
      'C event loop delay 80000',
      'X turn Timeout 61000 1500',
      'i stall stall 40000',
    ]);
  });

  test('threads and processes have their names', () => {
    const note = {
      kind: 'thread',
      thread: 'w1',
      timeUs: 5,
      name: 'worker a.js',
      pid: 4243,
      node: 'v24.1.0',
      script: '/app/a.js',
      attachedLate: false,
    } as const;
    const events = traceOf(
      readerOf({
        notes: [note],
        events: () => [{ thread: 'w1', words: Int32Array.from([Op.Before, 1, 10, 0, Op.After, 1, 20, 0]) }],
      }),
    );
    checkTrace(events);
    const named = events
      .filter(({ name }) => name === 'thread_name')
      .map(({ pid, tid, args }) => [pid, tid, args?.['name']]);
    expect(named).toContainEqual([4242, 1, 'main']);
    expect(named).toContainEqual([4243, 2, 'worker a.js']);
    expect(events.find(({ ph }) => ph === 'X')).toMatchObject({ pid: 4243, tid: 2, ts: 10, dur: 10 });
  });

  test('times go on where the 32-bit clock begins anew', () => {
    const words = [Op.Before, 1, -1000, 0, Op.After, 1, 500, 0];
    const [turn] = traceOf(readerOf({}, ...words)).filter(({ ph }) => ph === 'X');
    expect(turn).toMatchObject({ ts: 2 ** 32 - 1000, dur: 1500 });
  });
});

describe('OTLP', () => {
  const otlpOf = (reader: RecordingReader, report = REPORT) =>
    JSON.parse([...otlpJson(reader, report)].join('')) as OtlpObject;

  test('a request has its waits, holds and questions as children; findings are log records', () => {
    const exported = otlpOf(readerOf({ stalls: STALLS }, ...SERVED), {
      ...REPORT,
      findings: [BLOCKED, HOSTILE],
    });
    checkOtlp(exported);
    const spans = exported.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((scope) => scope.spans));
    const request = spans.find(({ kind }) => kind === 2)!;
    expect(request.name).toBe('GET /orders/:id');
    expect(request.attributes).toContainEqual({
      key: 'http.response.status_code',
      value: { intValue: '200' },
    });
    const children = spans
      .filter(({ parentSpanId }) => parentSpanId === request.spanId)
      .map(({ name }) => name);
    expect(children.sort()).toEqual(['GET', 'event loop held', 'wait Timeout', 'wait Timeout']);
    const hold = spans.find(({ name }) => name === 'event loop held')!;
    expect(hold.attributes).toContainEqual({ key: 'code.line.number', value: { intValue: '8' } });
    const log = exported.resourceLogs[0]?.scopeLogs[0]?.logRecords[0];
    expect(log).toMatchObject({
      severityNumber: 17,
      severityText: 'ERROR',
      eventName: 'looplens.finding',
      body: { stringValue: BLOCKED.message },
    });
    expect(JSON.stringify(exported)).not.toContain('\u001b');
  });

  test('metrics have the names of the semantic conventions', () => {
    const { resourceMetrics } = otlpOf(readerOf({}, ...SERVED));
    const metrics = resourceMetrics.flatMap((r) => r.scopeMetrics.flatMap((scope) => scope.metrics));
    expect(metrics.map(({ name }) => name)).toEqual([
      ...['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
        (name) => `nodejs.eventloop.delay.${name}`,
      ),
      'nodejs.eventloop.utilization',
      'nodejs.eventloop.time',
      'v8js.gc.duration',
    ]);
    const value = (name: string) =>
      metrics.find((metric) => metric.name === name)?.gauge?.dataPoints[0]?.asDouble;
    expect(value('nodejs.eventloop.delay.max')).toBeCloseTo(0.0025);
    expect(value('nodejs.eventloop.utilization')).toBeCloseTo(1 - 5 / 60, 2);
    const gc = metrics.at(-1)?.histogram?.dataPoints[0];
    expect(gc).toMatchObject({ count: '1', bucketCounts: ['1', '0', '0', '0', '0'] });
    expect(gc?.attributes).toContainEqual({ key: 'v8js.gc.type', value: { stringValue: 'major' } });
  });

  test('ids are the same each time', () => {
    const reader = readerOf({ stalls: STALLS }, ...SERVED);
    expect([...otlpJson(reader, REPORT)].join('')).toBe([...otlpJson(reader, REPORT)].join(''));
  });
});

test('whatever the events say, the files are valid', () => {
  const word = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  const event = fc.tuple(
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 0, max: 600 }),
    word,
    fc.nat(100_000),
    fc.nat(3),
  );
  const note = fc.record<PauseNote>({
    kind: fc.constant('pause'),
    thread: fc.constant('main'),
    timeUs: fc.nat(150_000),
    forUs: fc.nat(100_000),
    by: fc.constantFrom('debugger', 'stopped'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.array(note, { maxLength: 4 }), (events, notes) => {
      const words = events.flatMap(([op, extra, id, a, b]) => [op | (extra << 8), id, a, b]);
      const reader = readerOf({ stalls: STALLS, notes }, ...words);
      checkTrace(traceOf(reader));
      checkOtlp(JSON.parse([...otlpJson(reader, REPORT)].join('')));
    }),
    { numRuns: 60 },
  );
});

describe('a pause', () => {
  const pause = (fromUs: number, toUs: number, by: PauseNote['by'] = 'debugger'): PauseNote => ({
    kind: 'pause',
    thread: 'main',
    timeUs: toUs,
    forUs: toUs - fromUs,
    by,
  });
  /** A request whose callback stands at a breakpoint for two seconds of its 2.1; then the process is stopped for a second. */
  const PAUSED = [
    ...[Op.Heartbeat, 0, 20_000, 20_000],
    ...[Op.Before, 40, 30_000, 0],
    ...[Op.RequestStart | (1 << 8), 7, 30_000, 1],
    ...[Op.RequestEnd | (200 << 8), 7, 2_130_000, 2],
    ...[Op.After, 40, 2_130_000, 0],
    ...[Op.Heartbeat, 2_090_000, 2_130_000, 10_000],
    ...[Op.Heartbeat, 0, 2_150_000, 20_000],
    ...[Op.Heartbeat, 1_000_000, 3_170_000, 1_019_000],
  ];
  const reader = readerOf(
    {
      notes: [pause(40_000, 1_000_000), pause(40_000, 2_040_000), pause(2_160_000, 3_160_000, 'stopped')],
      // The first was read while it stood, the other while its code ran.
      stalls: [
        { timeUs: 1_500_000, heldUs: 1_470_000, stack: 2 as StackId },
        { timeUs: 2_100_000, heldUs: 2_070_000, stack: 1 as StackId },
      ],
    },
    ...PAUSED,
  );

  test('is a slice of its own among the trace events, and no delay', () => {
    const events = traceOf(reader);
    checkTrace(events);
    const brief = events
      .filter(({ ph }) => ph === 'X' || ph === 'i')
      .sort((a, b) => a.ts! - b.ts!)
      .map(({ ph, cat, name, ts, dur }) => [ph, cat, name, ts, dur ?? ''].join(' ').trim());
    expect(brief).toEqual([
      'X hold unknown origin 30000 10000',
      'X pause paused by a debugger, or without a processor 40000 2000000',
      'X hold handler server.js:8:3 2040000 90000',
      'i stall stall 2100000',
      'X pause process stopped, or machine asleep 2160000 1000000',
    ]);
    const delays = events.filter(({ ph }) => ph === 'C').map(({ args }) => args?.['ms']);
    expect(delays).toEqual([0, 90, 0, 10]);
    expect(events.find(({ ph }) => ph === 'b')?.args).toMatchObject({ pausedMs: 2_000 });
    expect(events.find(({ ph }) => ph === 'i')?.args).toMatchObject({ heldMs: 70 });
  });

  test('is a span and a metric of its own in OTLP, and in no other metric', () => {
    const exported = JSON.parse([...otlpJson(reader, REPORT)].join('')) as OtlpObject;
    checkOtlp(exported);
    const spans = exported.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((scope) => scope.spans));
    const told = spans.map(({ name, startTimeUnixNano: start, endTimeUnixNano: end }) => {
      return `${name} ${Number(BigInt(end) - BigInt(start)) / 1e6} ms`;
    });
    expect(told.sort()).toEqual([
      'GET /orders/:id 2100 ms',
      'event loop held 10 ms',
      'event loop held 90 ms',
      'paused by a debugger 2000 ms',
      'process stopped 1000 ms',
    ]);
    const words = (name: string) => JSON.stringify(spans.find((span) => span.name === name)?.attributes);
    expect(words('GET /orders/:id')).toContain('{"key":"looplens.pause.ms","value":{"intValue":"2000"}}');
    expect(words('process stopped')).toContain(
      '{"key":"looplens.pause.by","value":{"stringValue":"stopped"}}',
    );
    const metrics = exported.resourceMetrics.flatMap((r) => r.scopeMetrics.flatMap((scope) => scope.metrics));
    const points = (name: string) => {
      const metric = metrics.find((one) => one.name === name);
      return (metric?.gauge ?? metric?.sum)?.dataPoints.map(({ asDouble }) => asDouble);
    };
    expect(points('nodejs.eventloop.delay.max')).toEqual([0.09]);
    expect(points('nodejs.eventloop.time')!.reduce((sum, s) => sum + s, 0)).toBeCloseTo(0.15);
    expect(points('looplens.pause.time')).toEqual([2, 1]);
  });

  test('is in no CPU profile', () => {
    const stood = readerOf({ profiles: [PROFILE], notes: [pause(1_500, 2_500)] });
    const speedscope = JSON.parse(speedscopeJson(stood)!);
    checkSpeedscope(speedscope);
    expect(speedscope.profiles[0].samples).toHaveLength(PROFILE.samples.length - 1);
    expect(speedscope.profiles[0].endValue).toBe(2_000);
    const profile = JSON.parse(cpuProfileJson(stood)!);
    matchProfileType(profile);
    expect(profile.samples).toHaveLength(PROFILE.samples.length - 1);
    expect(profile.endTime - profile.startTime).toBe(3_000);
  });
});

const traceOf = (reader: RecordingReader) =>
  JSON.parse([...traceEventJson(reader)].join('')).traceEvents as TraceEvent[];
