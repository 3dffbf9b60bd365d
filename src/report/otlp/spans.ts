import { OperationKind } from '../../model/event.ts';
import type { StackId } from '../../model/ids.ts';
import type { RecordingTables } from '../../model/recording.ts';
import { clean } from '../clean.ts';
import type { Moment, Operation, RequestMoment, Stand, Turn, Wait } from '../timeline/moments.ts';
import type { Stalls } from '../timeline/stalls.ts';
import type { TimelineThread } from '../timeline/threads.ts';
import { spanId, traceId } from './ids.ts';
import { attributes, SpanKind } from './message.ts';
import type { KeyValue, Span } from './message.ts';
import type { OtlpSource } from './resource.ts';

/** A turn this long held the loop and is a span, µs. */
const HOLD_US = 10_000;
/** Waits of a request that become spans, the longest ones. */
const MAX_WAITS = 32;

interface SpanPorts {
  source: OtlpSource;
  tables: Pick<RecordingTables, 'frames' | 'stacks'>;
  stalls: Stalls;
}

/**
 * The spans of a moment: a request with its waits, something that was asked of others, or a stretch in which the loop was
 * held. A hold for a request is its child; one for nobody is a trace of its own, and so is a pause. Ids are the same each time.
 */
export function spansOf(thread: TimelineThread, moment: Moment, ports: SpanPorts): Span[] {
  switch (moment.kind) {
    case 'request':
      return requestSpans(thread, moment, ports);
    case 'operation':
      return [operationSpan(thread, moment, ports)];
    case 'turn':
      return moment.endUs - moment.startUs >= HOLD_US ? [holdSpan(thread, moment, ports)] : [];
    case 'stand':
      return [standSpan(thread, moment, ports)];
    default:
      return [];
  }
}

function requestSpans(thread: TimelineThread, request: RequestMoment, ports: SpanPorts): Span[] {
  const { label, route, status } = request;
  const [method, path] = splitLabel(label);
  const [, pattern] = splitLabel(route);
  const waitedUs = request.waits.reduce(
    (sum, wait) => sum + wait.endUs - wait.startUs - (wait.pausedUs ?? 0),
    0,
  );
  const span: Span = {
    ...idsOfRequest(thread, request.id, ports.source),
    name: clean(pattern ? `${method} ${pattern}` : method) || 'request',
    kind: SpanKind.Server,
    ...times(request, ports.source),
    attributes: [
      ...attributes({
        'http.request.method': clean(method),
        'url.path': clean(path),
        'http.route': clean(pattern),
        'http.response.status_code': status > 0 ? status : undefined,
        'looplens.unfinished': status < 0 ? true : undefined,
        'looplens.aborted': status === 0 ? true : undefined,
        'looplens.wait.ms': waitedUs / 1000,
        ...pausedWords(request),
      }),
      ...threadAttributes(thread),
    ],
    ...(status >= 500 && { status: { code: 2 as const } }),
  };
  const longest = [...request.waits]
    .sort((a, b) => b.endUs - b.startUs - (a.endUs - a.startUs))
    .slice(0, MAX_WAITS);
  return [span, ...longest.map((wait) => waitSpan(thread, wait, span, ports))];
}

function waitSpan(thread: TimelineThread, wait: Wait, parent: Span, ports: SpanPorts): Span {
  const { source } = ports;
  const type = clean(wait.type) || 'unknown';
  return {
    traceId: parent.traceId,
    spanId: spanId(source.seed, thread.id, 'wait', wait.request, wait.startUs),
    parentSpanId: parent.spanId,
    name: `wait ${type}`,
    kind: SpanKind.Internal,
    ...times(wait, source),
    attributes: [
      ...attributes({ 'looplens.wait.type': type, ...pausedWords(wait) }),
      ...codeAttributes(wait.stack, ports),
    ],
  };
}

function operationSpan(thread: TimelineThread, operation: Operation, { source }: SpanPorts): Span {
  const [method, url] = splitLabel(operation.label);
  const failed = operation.status < 0;
  const child = operation.operation === OperationKind.ChildProcess;
  const words = child
    ? {
        'process.command': clean(operation.label),
        'process.exit.code': failed ? undefined : operation.status,
      }
    : {
        'http.request.method': clean(method),
        'url.full': clean(url),
        'server.address': hostOf(url),
        'http.response.status_code': failed ? undefined : operation.status,
      };
  return {
    ...childIds(thread, operation.request, source, 'operation', operation.id),
    name: child ? 'child process' : clean(method) || 'request',
    kind: SpanKind.Client,
    ...times(operation, source),
    attributes: [...attributes({ ...words, ...pausedWords(operation) }), ...threadAttributes(thread)],
    ...((failed || (!child && operation.status >= 400) || (child && operation.status !== 0)) && {
      status: { code: 2 as const },
    }),
  };
}

function holdSpan(thread: TimelineThread, turn: Turn, ports: SpanPorts): Span {
  const stack = ports.stalls.lastIn(thread.id, turn.startUs, turn.endUs);
  return {
    ...childIds(thread, turn.request, ports.source, 'hold', turn.startUs),
    name: 'event loop held',
    kind: SpanKind.Internal,
    ...times(turn, ports.source),
    attributes: [
      ...attributes({
        'looplens.hold.callback': clean(turn.type),
        'looplens.hold.ms': (turn.endUs - turn.startUs) / 1000,
      }),
      ...codeAttributes(stack, ports),
      ...threadAttributes(thread),
    ],
  };
}

/** The program stood still through no doing of its own. */
function standSpan(thread: TimelineThread, stand: Stand, { source }: SpanPorts): Span {
  return {
    ...childIds(thread, 0, source, 'pause', stand.startUs),
    name: stand.by === 'debugger' ? 'paused by a debugger' : 'process stopped',
    kind: SpanKind.Internal,
    ...times(stand, source),
    attributes: [
      ...attributes({
        'looplens.pause.by': stand.by,
        'looplens.pause.ms': (stand.endUs - stand.startUs) / 1000,
      }),
      ...threadAttributes(thread),
    ],
  };
}

const pausedWords = ({ pausedUs }: { pausedUs?: number }): { 'looplens.pause.ms': number | undefined } => ({
  'looplens.pause.ms': pausedUs === undefined ? undefined : pausedUs / 1000,
});

/** Below its request, or a trace of its own. */
function childIds(
  thread: TimelineThread,
  request: number,
  source: OtlpSource,
  what: string,
  id: number,
): Pick<Span, 'traceId' | 'spanId' | 'parentSpanId'> {
  const own = {
    traceId: traceId(source.seed, thread.id, what, id),
    spanId: spanId(source.seed, thread.id, what, id),
  };
  if (request === 0) return own;
  const parent = idsOfRequest(thread, request, source);
  return { traceId: parent.traceId, spanId: own.spanId, parentSpanId: parent.spanId };
}

function idsOfRequest(
  thread: TimelineThread,
  id: number,
  { seed }: OtlpSource,
): Pick<Span, 'traceId' | 'spanId'> {
  return { traceId: traceId(seed, thread.id, 'request', id), spanId: spanId(seed, thread.id, 'request', id) };
}

function times(
  { startUs, endUs }: { startUs: number; endUs: number },
  source: OtlpSource,
): Pick<Span, 'startTimeUnixNano' | 'endTimeUnixNano'> {
  return { startTimeUnixNano: source.nanos(startUs), endTimeUnixNano: source.nanos(endUs) };
}

function codeAttributes(stack: StackId, { tables }: SpanPorts): KeyValue[] {
  const frames = (tables.stacks[stack] ?? []).flatMap((id) => tables.frames[id] ?? []);
  const frame = frames.find(({ owner }) => owner === 'own') ?? frames[0];
  if (!frame?.file) return [];
  return attributes({
    'code.file.path': clean(frame.file),
    'code.line.number': frame.line > 0 ? frame.line : undefined,
    'code.column.number': frame.line > 0 ? frame.column : undefined,
    'code.function.name': clean(frame.function ?? ''),
  });
}

const threadAttributes = ({ number, name }: TimelineThread): KeyValue[] =>
  attributes({ 'thread.id': number, 'thread.name': clean(name) });

/** `GET /orders/17` */
function splitLabel(label: string): [method: string, rest: string] {
  const space = label.indexOf(' ');
  return space < 0 ? [label, ''] : [label.slice(0, space), label.slice(space + 1)];
}

const hostOf = (url: string): string => clean(/^\w+:\/\/([^/:?#]+)/.exec(url)?.[1] ?? '');
