import { expect, test } from 'vitest';
import { Op } from '../../../src/model/event.ts';
import type { RecordingReader } from '../../../src/recording/contract.ts';
import { cpuProfileJson } from '../../../src/report/cpuprofile.ts';
import { traceEventJson } from '../../../src/report/trace-event.ts';
import { HEADER, PROFILE, TABLES, TRAILER } from '../recording/sample.ts';

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
  expect(profile.samples).toEqual([2, 2, 1, 2, 3, 3, 1, 3]);
  expect(profile.nodes[0].children).toEqual([2, 3]);
  expect(profile.timeDeltas.reduce((sum: number, delta: number) => sum + delta, 0)).toBe(9000);
});

test('a recording without a profile has none to give', () => {
  expect(cpuProfileJson(readerOf({}))).toBeUndefined();
});

test('a trace names executions, requests, delays and collections at their times', () => {
  const words = [
    ...[Op.Init | (2 << 8), 20, 0, 0],
    ...[Op.Before, 20, 1000, 0],
    ...[Op.RequestStart | (1 << 8), 7, 1100, 1],
    ...[Op.Before, 31, 1200, 0],
    ...[Op.After, 20, 1500, 0],
    ...[Op.After, 99, 1600, 0],
    ...[Op.Gc | (4 << 8), 300, 1550, 0],
    ...[Op.Heartbeat, 2500, 2000, 0],
    ...[Op.RequestEnd | (200 << 8), 7, 2100, 2],
  ];
  const events = traceOf(readerOf({}, ...words)).filter(({ ph }) => ph !== 'M');
  expect(events.map(({ ph, ts, name }) => [ph, ts, name])).toEqual([
    ['B', 1000, 'Timeout'],
    ['b', 1100, 'GET /orders/17'],
    ['B', 1200, 'promise'],
    ['E', 1500, undefined],
    ['E', 1500, undefined],
    ['X', 1550, 'garbage collection'],
    ['C', 2000, 'event loop delay'],
    ['e', 2100, 'request'],
  ]);
  expect(events.at(-1)).toMatchObject({ args: { status: 200, route: 'GET /orders/:id' } });
});

test('times go on where the 32-bit clock begins anew', () => {
  const words = [Op.Before, 1, -1000, 0, Op.After, 1, 500, 0];
  const times = traceOf(readerOf({}, ...words)).flatMap(({ ts }) => ts ?? []);
  expect(times).toEqual([2 ** 32 - 1000, 2 ** 32 + 500]);
});

interface TraceEvent {
  ph: string;
  ts?: number;
  name?: string;
  args?: object;
}

const traceOf = (reader: RecordingReader): TraceEvent[] =>
  (JSON.parse([...traceEventJson(reader)].join('')) as { traceEvents: TraceEvent[] }).traceEvents;
