import type { StackId } from '../model/ids.ts';
import type { ContextSample, Note, OpenHandle, RecordingMode, SourceLines } from '../model/note.ts';

/**
 * Takes parsed JSON of unknown origin and gives the note that it is: `unknown` when it is of a kind that a later
 * version brought, undefined when it is no note. Indexes are whole numbers, not yet held against the tables.
 */
export function noteOf(json: unknown): Note | 'unknown' | undefined {
  if (!isObject(json) || typeof json.kind !== 'string' || typeof json.thread !== 'string') return undefined;
  if (!isNumber(json.timeUs)) return undefined;
  const noted = { thread: json.thread, timeUs: json.timeUs };
  switch (json.kind) {
    case 'thread':
      return {
        kind: 'thread',
        ...noted,
        name: text(json.name),
        pid: number(json.pid),
        node: text(json.node),
        script: text(json.script),
        attachedLate: json.attachedLate === true,
      };
    case 'handles':
      return {
        kind: 'handles',
        ...noted,
        handles: Array.isArray(json.handles) ? json.handles.flatMap(handleOf) : [],
      };
    case 'handled-late':
      return {
        kind: 'handled-late',
        ...noted,
        rejectedUs: number(json.rejectedUs),
        reason: text(json.reason),
        stack: stack(json.stack),
      };
    case 'exit':
      return { kind: 'exit', ...noted, code: number(json.code) };
    case 'mode':
      return { kind: 'mode', ...noted, mode: mode(json.mode), reason: text(json.reason) };
    case 'listeners':
      return {
        kind: 'listeners',
        ...noted,
        emitter: text(json.emitter),
        event: text(json.event),
        count: number(json.count),
        stack: stack(json.stack),
      };
    case 'contexts':
      return {
        kind: 'contexts',
        ...noted,
        samples: Array.isArray(json.samples) ? json.samples.flatMap(contextOf) : [],
        names: Array.isArray(json.names) ? json.names.map(text) : [],
      };
    case 'pause':
      return {
        kind: 'pause',
        ...noted,
        forUs: Math.max(0, number(json.forUs)),
        by: json.by === 'stopped' ? 'stopped' : 'debugger',
      };
    case 'sources':
      return {
        kind: 'sources',
        ...noted,
        files: Array.isArray(json.files) ? json.files.flatMap(sourceOf) : [],
      };
    default:
      return 'unknown';
  }
}

type Json = Record<string, unknown>;

function handleOf(json: unknown): OpenHandle[] {
  if (!isObject(json)) return [];
  return [
    {
      type: text(json.type),
      id: number(json.id),
      ref: json.ref === true,
      detail: text(json.detail),
      stack: stack(json.stack),
    },
  ];
}

function sourceOf(json: unknown): SourceLines[] {
  if (!isObject(json) || !Array.isArray(json.lines) || !Array.isArray(json.texts)) return [];
  return [{ file: text(json.file), lines: json.lines.map(number), texts: json.texts.map(text) }];
}

function contextOf(json: unknown): ContextSample[] {
  if (!isObject(json) || !Array.isArray(json.stores)) return [];
  return [
    {
      id: number(json.id),
      execution: number(json.execution),
      stack: stack(json.stack),
      stores: json.stores.map(number),
    },
  ];
}

const isObject = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const isNumber = (json: unknown): json is number => typeof json === 'number' && Number.isFinite(json);
const text = (json: unknown): string => (typeof json === 'string' ? json : '');
const number = (json: unknown): number => (isNumber(json) ? json : 0);
const stack = (json: unknown): StackId =>
  (Number.isSafeInteger(json) && (json as number) >= 0 ? json : 0) as StackId;
const mode = (json: unknown): RecordingMode => (json === 'watch' || json === 'deep' ? json : 'flow');
