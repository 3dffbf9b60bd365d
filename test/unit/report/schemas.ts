// Exported files held against what the other tools publish of their formats: speedscope's own JSON schema, the inspector
// protocol's description of a profile, and the protobuf messages of OpenTelemetry.
import { Ajv } from 'ajv';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';

const require = createRequire(import.meta.url);

/** @param file an object as it was read from a speedscope file */
export function matchSpeedscopeSchema(file: unknown): void {
  const schema = readJson(require.resolve('speedscope/dist/release/file-format-schema.json'));
  match(file, schema as object);
}

/** @param profile an object as it was read from a .cpuprofile file: `Profiler.Profile`, and nothing that is not in it */
export function matchProfileType(profile: unknown): void {
  match(profile, schemaOf('Profiler', 'Profile'));
}

function match(value: unknown, schema: object): void {
  const validate = new Ajv({ strict: false }).compile(schema);
  expect(validate(value) ? [] : validate.errors).toEqual([]);
}

/**
 * Reads an OTLP/JSON object into OpenTelemetry's messages, writes and reads them as protobuf, and expects the same back: what is no
 * field there, or of another type, would be lost on the way.
 */
export function surviveProtobuf(exported: Record<OtlpSignal, unknown>): void {
  const { collector } = (require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as OtlpRoot)
    .opentelemetry.proto;
  const types: [OtlpSignal, MessageType][] = [
    ['resourceSpans', collector.trace.v1.ExportTraceServiceRequest],
    ['resourceMetrics', collector.metrics.v1.ExportMetricsServiceRequest],
    ['resourceLogs', collector.logs.v1.ExportLogsServiceRequest],
  ];
  for (const [signal, type] of types) {
    const body = { [signal]: exported[signal] };
    const bytes = type
      .encode(type.fromObject(mapIds(body, (hex) => Buffer.from(hex as string, 'hex'))))
      .finish();
    const back = type.toObject(type.decode(bytes), { longs: String, enums: Number });
    const hex = mapIds(back, (id) => Buffer.from(id as Uint8Array).toString('hex'));
    expect(withoutEmpty(hex)).toEqual(withoutEmpty(body));
  }
}

type OtlpSignal = 'resourceSpans' | 'resourceMetrics' | 'resourceLogs';

interface MessageType {
  fromObject: (object: unknown) => unknown;
  encode: (message: unknown) => { finish: () => Uint8Array };
  decode: (bytes: Uint8Array) => unknown;
  toObject: (message: unknown, options: { longs: typeof String; enums: typeof Number }) => unknown;
}

interface OtlpRoot {
  opentelemetry: {
    proto: {
      collector: {
        trace: { v1: { ExportTraceServiceRequest: MessageType } };
        metrics: { v1: { ExportMetricsServiceRequest: MessageType } };
        logs: { v1: { ExportLogsServiceRequest: MessageType } };
      };
    };
  };
}

/** OTLP/JSON writes ids in hexadecimal, unlike protobuf's own JSON. */
function mapIds(value: unknown, map: (id: unknown) => unknown): unknown {
  return mapEntries(value, (key, content) =>
    /^(traceId|spanId|parentSpanId)$/.test(key) ? map(content) : mapIds(content, map),
  );
}

/** protobuf does not tell an empty list or text from none. */
function withoutEmpty(value: unknown): unknown {
  return mapEntries(value, (_key, content) =>
    content === '' || (Array.isArray(content) && content.length === 0) ? undefined : withoutEmpty(content),
  );
}

function mapEntries(value: unknown, map: (key: string, content: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapEntries(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, content]) => {
      const mapped = map(key, content);
      return mapped === undefined ? [] : [[key, mapped]];
    }),
  );
}

interface ProtocolType {
  id?: string;
  name?: string;
  type?: string;
  $ref?: string;
  optional?: boolean;
  items?: ProtocolType;
  properties?: ProtocolType[];
}

/** A type of the inspector's protocol as a JSON schema. */
function schemaOf(domain: string, type: string): object {
  const { domains } = readJson(require.resolve('chrome-remote-interface/lib/protocol.json')) as {
    domains: { domain: string; types?: ProtocolType[] }[];
  };
  const definitions: Record<string, object> = {};
  const convert = ({ type: kind, $ref, items, properties }: ProtocolType, within: string): object => {
    if ($ref !== undefined)
      return { $ref: `#/definitions/${$ref.includes('.') ? $ref : `${within}.${$ref}`}` };
    if (items) return { type: 'array', items: convert(items, within) };
    if (!properties) return kind === 'any' ? {} : { type: kind };
    return {
      type: 'object',
      additionalProperties: false,
      required: properties.filter(({ optional }) => !optional).map(({ name }) => name),
      properties: Object.fromEntries(properties.map((one) => [one.name, convert(one, within)])),
    };
  };
  for (const { domain: name, types = [] } of domains) {
    if (name !== domain && name !== 'Runtime') continue;
    for (const one of types) definitions[`${name}.${one.id}`] = convert(one, name);
  }
  return { $ref: `#/definitions/${domain}.${type}`, definitions };
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}
