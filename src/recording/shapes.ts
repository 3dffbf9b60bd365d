import type { FrameId, StackId } from '../model/ids.ts';
import type { CodeOwner, Frame } from '../model/location.ts';
import type { Problem } from '../model/problem.ts';
import type {
  CpuProfile,
  RecordingHeader,
  RecordingTables,
  RecordingTrailer,
  Rejection,
  StallStack,
} from '../model/recording.ts';
import { LIMITS } from './format.ts';

/**
 * Each function here takes parsed JSON of unknown origin and gives the value that its name says, or undefined when
 * the JSON has another shape. Only known fields are taken over. Indexes are whole numbers, not yet held against the tables.
 */

/** Additions to the tables: for each table, where they begin and the entries. */
export type TableAdditions = {
  [Name in keyof RecordingTables]?: { start: number; items: RecordingTables[Name] };
};

export function headerOf(json: unknown): RecordingHeader | undefined {
  const target = isObject(json) && isObject(json.target) ? json.target : undefined;
  if (!isObject(json) || !target || !isNumber(json.startedAt)) return undefined;
  return {
    startedAt: json.startedAt,
    target: {
      pid: number(target.pid),
      node: text(target.node),
      script: text(target.script),
      cwd: text(target.cwd),
      platform: text(target.platform),
      threads: list(target.threads).flatMap((thread) =>
        isObject(thread) ? [{ id: text(thread.id), name: text(thread.name) }] : [],
      ),
      threadPoolSize: number(target.threadPoolSize),
    },
    mode: json.mode === 'watch' || json.mode === 'deep' ? json.mode : 'flow',
    transport: json.transport === 'binding' ? 'binding' : 'socket',
    attachedLate: json.attachedLate === true,
    writer: text(json.writer),
  };
}

export function trailerOf(json: unknown): RecordingTrailer | undefined {
  if (!isObject(json) || !isNumber(json.durationUs)) return undefined;
  const ended = ENDINGS.find((ending) => ending === json.ended) ?? 'stopped';
  return {
    durationUs: json.durationUs,
    events: number(json.events),
    dropped: number(json.dropped),
    ...(isNumber(json.produced) && { produced: json.produced }),
    ended,
    overheadShare: number(json.overheadShare),
    problems: list(json.problems).flatMap((problem): Problem[] =>
      isObject(problem) ? [{ code: text(problem.code), message: text(problem.message) }] : [],
    ),
  };
}

export function tableAdditionsOf(json: unknown): TableAdditions | undefined {
  if (!isObject(json)) return undefined;
  const additions: TableAdditions = {};
  const types = addition(json.types, (item) => (typeof item === 'string' ? item : undefined));
  const labels = addition(json.labels, (item) => (typeof item === 'string' ? item : undefined));
  const frames = addition(json.frames, frameOf);
  const stacks = addition(json.stacks, stackOf);
  if (types === INVALID || labels === INVALID || frames === INVALID || stacks === INVALID) return undefined;
  if (types) additions.types = types;
  if (labels) additions.labels = labels;
  if (frames) additions.frames = frames;
  if (stacks) additions.stacks = stacks;
  return additions;
}

export function stallOf(json: unknown): StallStack | undefined {
  if (!isObject(json) || !isNumber(json.timeUs) || !isNumber(json.heldUs) || !isIndex(json.stack))
    return undefined;
  const stall = { timeUs: json.timeUs, heldUs: json.heldUs, stack: json.stack as StackId };
  return { ...threadOf(json), ...stall };
}

export function rejectionOf(json: unknown): Rejection | undefined {
  if (!isObject(json) || !isNumber(json.timeUs) || !isIndex(json.stack)) return undefined;
  const { timeUs, stack } = json;
  const rejection = {
    timeUs,
    reason: text(json.reason),
    stack: stack as StackId,
    fatal: json.fatal === true,
  };
  return { ...threadOf(json), ...rejection };
}

export function profileOf(json: unknown): CpuProfile | undefined {
  if (!isObject(json) || !isNumber(json.startUs) || !isNumber(json.endUs)) return undefined;
  const { samples, timeSteps } = json;
  if (!isNumbers(samples) || !isNumbers(timeSteps) || samples.length !== timeSteps.length) return undefined;
  const nodes = list(json.nodes).map(profileNodeOf);
  if (!nodes.every((node) => node !== undefined) || !isForest(nodes)) return undefined;
  if (!samples.every((sample) => isIndex(sample) && sample < nodes.length)) return undefined;
  let time = 0;
  const times = timeSteps.map((step) => (time += step));
  const { startUs, endUs } = json;
  return { ...threadOf(json), intervalUs: number(json.intervalUs), startUs, endUs, nodes, samples, times };
}

const threadOf = (json: Json): { thread?: string } =>
  typeof json.thread === 'string' ? { thread: json.thread } : {};

type Json = Record<string, unknown>;
type ProfileNode = CpuProfile['nodes'][number];

const ENDINGS = ['duration', 'stopped', 'target-exited', 'connection-lost'] as const;
const OWNERS: readonly CodeOwner[] = ['own', 'package', 'node', 'native', 'synthetic'];
const INVALID = Symbol('invalid');

function addition<T>(
  json: unknown,
  itemOf: (item: unknown) => T | undefined,
): { start: number; items: T[] } | undefined | typeof INVALID {
  if (json === undefined) return undefined;
  if (!isObject(json) || !isIndex(json.start)) return INVALID;
  const items = list(json.items).map(itemOf);
  return items.every((item) => item !== undefined) ? { start: json.start, items } : INVALID;
}

function frameOf(json: unknown): Frame | undefined {
  if (!isObject(json) || typeof json.file !== 'string') return undefined;
  const owner = OWNERS.find((name) => name === json.owner);
  if (!owner) return undefined;
  const frame: Frame = { file: json.file, line: number(json.line), column: number(json.column), owner };
  if (typeof json.function === 'string') frame.function = json.function;
  if (json.unmapped === true) frame.unmapped = true;
  if (json.async === 'await' || json.async === 'all') frame.async = json.async;
  if (isObject(json.package)) {
    frame.package = { name: text(json.package.name) };
    if (typeof json.package.version === 'string') frame.package.version = json.package.version;
  }
  return frame;
}

function stackOf(json: unknown): FrameId[] | undefined {
  if (!Array.isArray(json) || json.length > LIMITS.stackFrames || !json.every(isIndex)) return undefined;
  return json as FrameId[];
}

function profileNodeOf(json: unknown): ProfileNode | undefined {
  if (!isObject(json) || !Number.isSafeInteger(json.parent) || !isIndex(json.frame)) return undefined;
  const ticks = list(json.ticks).flatMap((tick) =>
    isObject(tick) && isNumber(tick.line) && isNumber(tick.count)
      ? [{ line: tick.line, count: tick.count }]
      : [],
  );
  return { parent: json.parent as number, frame: json.frame as FrameId, ticks };
}

/** True when each node has an existing parent or none, and no node is its own ancestor: walks towards the root end. */
function isForest(nodes: readonly ProfileNode[]): boolean {
  const knownFrom = new Int32Array(nodes.length).fill(-1);
  for (const start of nodes.keys()) {
    for (let at = start; at !== -1 && knownFrom[at]! < 0; at = nodes[at]!.parent) {
      knownFrom[at] = start;
      const { parent } = nodes[at]!;
      if (parent < -1 || parent >= nodes.length) return false;
      if (parent !== -1 && knownFrom[parent] === start) return false;
    }
  }
  return true;
}

const isObject = (json: unknown): json is Json =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const isNumber = (json: unknown): json is number => typeof json === 'number' && Number.isFinite(json);
const isNumbers = (json: unknown): json is number[] => Array.isArray(json) && json.every(isNumber);
const isIndex = (json: unknown): json is number => Number.isSafeInteger(json) && (json as number) >= 0;
const text = (json: unknown): string => (typeof json === 'string' ? json : '');
const number = (json: unknown): number => (isNumber(json) ? json : 0);
const list = (json: unknown): unknown[] => (Array.isArray(json) ? json : []);
