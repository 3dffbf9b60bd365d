import { expect } from 'vitest';
import type {
  KeyValue,
  ResourceLogs,
  ResourceMetrics,
  ResourceSpans,
  Span,
} from '../../../src/report/otlp/message.ts';
import { matchSpeedscopeSchema, surviveProtobuf } from './schemas.ts';

/** Trace Event Format: what viewers rely on. */
export interface TraceEvent {
  ph: string;
  ts?: number;
  dur?: number;
  pid: number;
  tid?: number;
  cat?: string;
  id?: string | number;
  name: string;
  args?: Record<string, unknown>;
}

/**
 * Checks a list of trace events: complete events of a track never overlap, async slices are balanced and nest, each flow
 * has its two ends in the order of time, each within a slice of its track, as viewers bind them; each track has a name.
 */
export function checkTrace(events: readonly TraceEvent[]): void {
  const named = new Set(
    events.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const complete = new Map<string, TraceEvent[]>();
  const nested = new Map<string, { name: string; ts: number }[]>();
  const flows = new Map<string, number>();
  const ends: TraceEvent[] = [];
  for (const event of events) {
    if (event.ph === 'M') continue;
    const { ph, ts = -1, pid, tid, cat, id, name } = event;
    expect(ts).toBeGreaterThanOrEqual(0);
    expect(named).toContain(`${pid} ${tid}`);
    const track = `${pid} ${cat} ${id}`;
    if (ph === 's' || ph === 'f') ends.push(event);
    switch (ph) {
      case 'X':
        expect(event.dur).toBeGreaterThanOrEqual(0);
        complete.set(`${pid} ${tid}`, [...(complete.get(`${pid} ${tid}`) ?? []), event]);
        break;
      case 'b': {
        const open = nested.get(track) ?? [];
        expect(ts).toBeGreaterThanOrEqual(open.at(-1)?.ts ?? 0);
        nested.set(track, [...open, { name, ts }]);
        break;
      }
      case 'e': {
        const begun = nested.get(track)?.pop();
        expect(begun?.name).toBe(name);
        expect(ts).toBeGreaterThanOrEqual(begun!.ts);
        break;
      }
      case 's':
        flows.set(track, ts);
        break;
      case 'f':
        expect(ts).toBeGreaterThanOrEqual(flows.get(track) ?? Infinity);
        flows.delete(track);
        break;
      default:
        expect(['C', 'i']).toContain(ph);
    }
  }
  for (const open of nested.values()) expect(open).toEqual([]);
  expect([...flows]).toEqual([]);
  for (const { pid, tid, ts } of ends) {
    const slices = complete.get(`${pid} ${tid}`) ?? [];
    // The end of a slice is no longer in it.
    expect(slices.filter((slice) => slice.ts! <= ts! && ts! < slice.ts! + slice.dur!)).toHaveLength(1);
  }
  for (const slices of complete.values()) {
    slices.sort((a, b) => a.ts! - b.ts! || a.dur! - b.dur!);
    for (const [i, slice] of slices.entries()) {
      const before = slices[i - 1];
      if (before) expect(slice.ts).toBeGreaterThanOrEqual(before.ts! + before.dur!);
    }
  }
}

interface SpeedscopeFile {
  $schema: string;
  shared: { frames: unknown[] };
  profiles: { weights: number[]; samples: number[][]; startValue: number; endValue: number }[];
}

/** Checks a file against speedscope's schema, and what that cannot say: that frames exist and weights add up. */
export function checkSpeedscope(file: SpeedscopeFile): void {
  matchSpeedscopeSchema(file);
  expect(file.$schema).toBe('https://www.speedscope.app/file-format-schema.json');
  for (const frame of file.shared.frames) expect(frame).toMatchObject({ name: expect.any(String) });
  for (const profile of file.profiles) {
    expect(profile).toMatchObject({ type: 'sampled', name: expect.any(String), unit: 'microseconds' });
    expect(profile.weights).toHaveLength(profile.samples.length);
    for (const weight of profile.weights) expect(weight).toBeGreaterThanOrEqual(0);
    for (const frame of profile.samples.flat()) {
      expect(frame).toBeGreaterThanOrEqual(0);
      expect(frame).toBeLessThan(file.shared.frames.length);
    }
    const total = profile.weights.reduce((sum, weight) => sum + weight, 0);
    expect(profile.endValue - profile.startValue).toBeCloseTo(total);
  }
}

export interface OtlpObject {
  resourceSpans: ResourceSpans[];
  resourceMetrics: ResourceMetrics[];
  resourceLogs: ResourceLogs[];
}

/** Checks an object of OTLP/JSON against OpenTelemetry's messages and the rules that come with them: ids, times, parents, types of values. */
export function checkOtlp(exported: OtlpObject): void {
  surviveProtobuf(exported);
  const { resourceSpans, resourceMetrics, resourceLogs } = exported;
  for (const { resource } of [...resourceSpans, ...resourceMetrics, ...resourceLogs]) {
    checkAttributes(resource.attributes);
    expect(resource.attributes.map(({ key }) => key)).toContain('service.name');
  }
  const spans = resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans));
  const byId = new Map<string, Span>();
  for (const span of spans) {
    expect(span.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(span.spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
    expect(span.name).not.toBe('');
    expect([1, 2, 3]).toContain(span.kind);
    expect(nanos(span.endTimeUnixNano)).toBeGreaterThanOrEqual(nanos(span.startTimeUnixNano));
    checkAttributes(span.attributes);
    byId.set(`${span.traceId} ${span.spanId}`, span);
  }
  for (const { name, traceId, parentSpanId, startTimeUnixNano } of spans) {
    // A parent may still be under way, or was lost: then it is not in the file.
    const parent = parentSpanId && byId.get(`${traceId} ${parentSpanId}`);
    if (parent && name.startsWith('wait')) {
      expect(nanos(startTimeUnixNano)).toBeGreaterThanOrEqual(nanos(parent.startTimeUnixNano));
    }
  }
  for (const metric of resourceMetrics.flatMap((r) => r.scopeMetrics.flatMap((s) => s.metrics))) {
    const { gauge, sum, histogram } = metric;
    expect([gauge, sum, histogram].filter(Boolean)).toHaveLength(1);
    const numbers = (gauge ?? sum)?.dataPoints ?? [];
    const histograms = histogram?.dataPoints ?? [];
    for (const point of [...numbers, ...histograms]) {
      expect(nanos(point.timeUnixNano)).toBeGreaterThanOrEqual(nanos(point.startTimeUnixNano));
      checkAttributes(point.attributes);
    }
    for (const { asDouble } of numbers) expect(Number.isFinite(asDouble)).toBe(true);
    for (const { bucketCounts, explicitBounds, count } of histograms) {
      expect(bucketCounts).toHaveLength(explicitBounds.length + 1);
      expect(String(bucketCounts.reduce((total, bucket) => total + Number(bucket), 0))).toBe(count);
    }
  }
  for (const record of resourceLogs.flatMap((r) => r.scopeLogs.flatMap((s) => s.logRecords))) {
    expect(nanos(record.timeUnixNano)).toBeGreaterThan(0n);
    expect(record.severityNumber).toBeGreaterThanOrEqual(1);
    expect(record.severityNumber).toBeLessThanOrEqual(24);
    checkAttributes(record.attributes);
  }
}

function checkAttributes(attributes: KeyValue[]): void {
  expect(new Set(attributes.map(({ key }) => key)).size).toBe(attributes.length);
  for (const { key, value } of attributes) {
    expect(key).toMatch(/^[a-z][\w.]*$/i);
    const entries = Object.entries<unknown>(value);
    expect(entries).toHaveLength(1);
    const [kind, content] = entries[0]!;
    if (kind === 'intValue') expect(content).toMatch(/^-?\d+$/);
    else if (kind === 'doubleValue') expect(Number.isFinite(content)).toBe(true);
    else expect(typeof content).toBe(kind === 'boolValue' ? 'boolean' : 'string');
  }
}

/** 64-bit numbers are decimal strings. */
function nanos(text: unknown): bigint {
  expect(text).toMatch(/^\d+$/);
  return BigInt(text as string);
}
