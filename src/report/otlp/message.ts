// The parts of OTLP/JSON that we write: opentelemetry-proto 1.x in the JSON mapping of protobuf, where 64-bit numbers are
// strings, ids are hexadecimal and enums are numbers.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

/** A value with its type. */
export type AnyValue =
  { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean };

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: SpanKind;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  /** Absent: unset. 2 = error. */
  status?: { code: 2 };
}

export const SpanKind = { Internal: 1, Server: 2, Client: 3 } as const;
export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

export interface NumberPoint {
  attributes: KeyValue[];
  startTimeUnixNano?: string;
  timeUnixNano: string;
  asDouble: number;
}

export interface HistogramPoint {
  attributes: KeyValue[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  count: string;
  sum: number;
  min: number;
  max: number;
  bucketCounts: string[];
  explicitBounds: number[];
}

export interface Metric {
  name: string;
  description: string;
  unit: string;
  gauge?: { dataPoints: NumberPoint[] };
  /** `aggregationTemporality` 1: of the time since the last point. */
  histogram?: { aggregationTemporality: 1; dataPoints: HistogramPoint[] };
  sum?: { aggregationTemporality: 1; isMonotonic: true; dataPoints: NumberPoint[] };
}

export interface LogRecord {
  timeUnixNano: string;
  observedTimeUnixNano: string;
  severityNumber: number;
  severityText: string;
  eventName: string;
  body: AnyValue;
  attributes: KeyValue[];
}

export interface Resource {
  attributes: KeyValue[];
}

/** What is exported at once; each part is the body of one of the three endpoints. */
export interface ResourceSpans {
  resource: Resource;
  scopeSpans: { scope: Scope; spans: Span[] }[];
}

export interface ResourceMetrics {
  resource: Resource;
  scopeMetrics: { scope: Scope; metrics: Metric[] }[];
}

export interface ResourceLogs {
  resource: Resource;
  scopeLogs: { scope: Scope; logRecords: LogRecord[] }[];
}

export interface Scope {
  name: string;
  version: string;
}

/** An attribute; undefined values are left out. */
export function attributes(values: Record<string, string | number | boolean | undefined>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [{ key, value: anyValue(value) }],
  );
}

export function anyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
