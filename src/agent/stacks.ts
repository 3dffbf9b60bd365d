import { OWN_URL } from './protocol.ts';
import type { RawFrame } from './protocol.ts';

/** The part of V8's CallSite that is used; all of it exists on Node 18. */
interface CallSite {
  getFunctionName(): string | null;
  getMethodName(): string | null;
  getTypeName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  getPromiseIndex(): number | null;
  isAsync(): boolean;
  isPromiseAll(): boolean;
}

export type Keep = 'all' | 'async';

/** The stack that runs now: see {@link framesOf}. */
export function readStack(keep: Keep, limit: number): RawFrame[] {
  return framesOf(captureStack(limit), keep);
}

/** Keeps the stack that runs now, at most `limit` frames of it, unformatted: a few µs. */
export function captureStack(limit: number): Error {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = limit;
  } catch {
    // Frozen intrinsics: ten frames, with ours among them.
  }
  const error = new Error();
  try {
    Error.stackTraceLimit = stackTraceLimit;
  } catch {
    // It was not changed above either.
  }
  return error;
}

/**
 * The frames of an error that nobody has looked at, innermost first, without formatting it and without touching what the program
 * set: `Error.prepareStackTrace` is put back at once. `async` keeps only the suspended callers that V8 appends. Where
 * the error class is frozen, the text of the stack is read.
 */
export function framesOf(error: Error, keep: Keep): RawFrame[] {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- only put back
  const { prepareStackTrace } = Error;
  let frames: RawFrame[] = [];
  try {
    Error.prepareStackTrace = (_error, sites) => {
      frames = rawFrames(sites, keep);
      return '';
    };
    frames = error.stack === undefined ? [] : frames;
  } catch {
    frames = parsedStack(error, keep);
  } finally {
    try {
      // Absent by default; assigning undefined would leave a property behind.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the types think that it is always there
      if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Error.prepareStackTrace = prepareStackTrace;
    } catch {
      // Frozen intrinsics: nothing was changed above either.
    }
  }
  return frames;
}

/**
 * The stack of an `await`, from a stack read in a hook while it makes its promise: without the hook's own frames, its first
 * frame marked as waiting. Empty when something else makes the promise: V8 shows its built-in (`Promise.then`) without a place.
 */
export function awaitStack(frames: RawFrame[]): RawFrame[] {
  const from = frames.findIndex(([, url]) => !url.startsWith('node:internal/async_hooks'));
  const [top, ...callers] = from < 0 ? [] : frames.slice(from);
  if (!top || top[1] === '') return [];
  const [name, url, line, column] = top;
  return [[name, url, line, column, 1], ...callers];
}

function parsedStack(error: Error, keep: Keep): RawFrame[] {
  try {
    const text: unknown = error.stack;
    if (typeof text !== 'string') return [];
    return parseStack(text).filter(
      ([, url, , , flag]) => !url.startsWith(OWN_URL) && (keep === 'all' || flag !== 0),
    );
  } catch {
    return [];
  }
}

function rawFrames(sites: CallSite[], keep: Keep): RawFrame[] {
  const frames: RawFrame[] = [];
  for (const site of sites) {
    if (keep === 'async' && !site.isAsync()) continue;
    const url = site.getScriptNameOrSourceURL() ?? site.getFileName() ?? '';
    if (url.startsWith(OWN_URL)) continue;
    const flag = site.isPromiseAll() ? 2 : site.isAsync() ? 1 : 0;
    frames.push([nameOf(site), url, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0, flag]);
  }
  return frames;
}

function nameOf(site: CallSite): string {
  if (site.isPromiseAll()) return 'Promise.all';
  const name = site.getFunctionName() ?? '';
  const type = site.isAsync() ? null : site.getTypeName();
  const plain = name === '' || name.includes('.') || type === null;
  if (plain || type === 'Object' || type === 'Function' || type === 'global') return name;
  return `${type}.${name}`;
}

/**
 * Reads the frames out of an error's `stack` string: all that is left of an error that was made before we came.
 * Lines that are no frames are skipped.
 */
export function parseStack(text: string): RawFrame[] {
  const frames: RawFrame[] = [];
  for (const line of text.split('\n').slice(0, MAX_LINES)) {
    const place = /^\s+at (async )?(.*?)\(?([^()]*):(\d+):(\d+)\)?$/.exec(line.slice(0, 1000));
    if (!place) continue;
    const [, async, name, url, row, column] = place as unknown as string[];
    frames.push([name!.trim(), url!, Number(row), Number(column), async === undefined ? 0 : 1]);
  }
  return frames;
}

/** An error's message comes first and may have many lines; its frames are few. */
const MAX_LINES = 60;

/** Remembers stacks by content: the same one is sent once, and then named by its number. */
export interface StackTable {
  /** Number of the stack, from 1; 0 for an empty one, or when the table is full. */
  add: (frames: RawFrame[]) => number;
}

export function createStackTable(limit: number, send: (i: number, frames: RawFrame[]) => void): StackTable {
  const known = new Map<string, number>();
  return {
    add: (frames) => {
      if (frames.length === 0) return 0;
      const key = frames.join('\n');
      const seen = known.get(key);
      if (seen !== undefined) return seen;
      if (known.size >= limit) return 0;
      const i = known.size + 1;
      known.set(key, i);
      send(i, frames);
      return i;
    },
  };
}
