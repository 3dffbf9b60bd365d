import type { Debugger } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { AsyncCaller } from './async-callers.ts';
import type { Loop, Pause } from './loop.ts';
import type { Place } from './scripts.ts';
import type { Conventions, SourceTable } from './sources.ts';

/** What a frame that the client has seen stands for. */
export type FrameRef =
  | { kind: 'call'; loop: Loop; frame: Debugger.CallFrame }
  /** The `depth`th function outwards that waits for what the loop runs. */
  | { kind: 'caller'; loop: Loop; pause: Pause; callers: AsyncCaller[]; depth: number }
  /** A function of a task that a dump found; see `task-threads.ts`. */
  | { kind: 'suspended'; loop: Loop; generator: number; line: number | undefined; threadId: number }
  | { kind: 'label'; loop: Loop; threadId: number }
  /** A function that has ended: only its place is known. */
  | { kind: 'past'; loop: Loop };

/** Frames that the client has seen, by their numbers. */
export class FrameTable {
  readonly #refs = new Map<number, FrameRef>();
  #next = 1;

  add(ref: FrameRef): number {
    const id = this.#next++;
    this.#refs.set(id, ref);
    return id;
  }

  /** @throws UserError when the loop has gone on since */
  get(id: number): FrameRef {
    const ref = this.#refs.get(id);
    if (!ref)
      throw new UserError('usage', 'The program has gone on since.', 'Stop it again to look at its frames.');
    return ref;
  }

  forget(which: (ref: FrameRef) => boolean): void {
    for (const [id, ref] of this.#refs) if (which(ref)) this.#refs.delete(id);
  }
}

export interface StackPorts {
  frames: FrameTable;
  sources: SourceTable;
  conventions: Conventions;
  /** Whether code is to be shown as not the user's. */
  muted: (source: string) => boolean;
}

/**
 * The stack of a stopped loop: its calls, then the functions that wait for them, each behind a label that says how:
 * `await`, `Promise.all (index 1)`; below a callback, what called it.
 */
export async function stoppedStack(
  loop: Loop,
  pause: Pause,
  waiting: Promise<AsyncCaller[]>,
  ports: StackPorts,
): Promise<DebugProtocol.StackFrame[]> {
  const callers = await waiting;
  const own = ownCalls(loop, pause.event.callFrames);
  // What of Node went on with a suspended function says less than who waits for it.
  const calls = callers.length > 0 ? withoutEntry(loop, own) : own;
  const label = (name: string): DebugProtocol.StackFrame =>
    labelFrame(loop, name, ports.frames, loop.threadId);
  const frames: DebugProtocol.StackFrame[] = [];
  if (own.length === 0 && callers.length === 0) return [label('the event loop is idle')];
  const entry = entryOf(loop, calls);
  calls.forEach((frame, k) => {
    if (k === entry?.at) frames.push(label(entry.name));
    const place = loop.scripts.place(frame.location.scriptId, {
      line: frame.location.lineNumber,
      column: frame.location.columnNumber ?? 0,
    });
    const id = ports.frames.add({ kind: 'call', loop, frame });
    frames.push(placedFrame(id, functionName(frame), loop, place, ports, mayRestart(frame)));
  });
  callers.forEach((caller, depth) => {
    if (caller.kind === 'combinator') {
      frames.push(label(caller.name));
      return;
    }
    const awaits = caller.kind === 'function' || caller.awaited;
    if (awaits && frames.length > 0 && callers[depth - 1]?.kind !== 'combinator') frames.push(label('await'));
    const script = loop.scripts.byUrl(caller.url);
    const place = script && loop.scripts.place(script.id, caller);
    const id = ports.frames.add(
      caller.kind === 'past' ? { kind: 'past', loop } : { kind: 'caller', loop, pause, callers, depth },
    );
    frames.push(placedFrame(id, caller.name || '(anonymous)', loop, place, ports, false));
  });
  return frames;
}

/** A line between two frames. */
export function labelFrame(
  loop: Loop,
  name: string,
  frames: FrameTable,
  threadId: number,
): DebugProtocol.StackFrame {
  return {
    id: frames.add({ kind: 'label', loop, threadId }),
    name,
    line: 0,
    column: 0,
    presentationHint: 'label',
  };
}

/** The calls without those of our own part. */
export function ownCalls(loop: Loop, calls: readonly Debugger.CallFrame[]): Debugger.CallFrame[] {
  return calls.filter(
    ({ location }) => loop.scripts.get(location.scriptId)?.url.startsWith('looplens:') !== true,
  );
}

/** Node 18 does not say it; there no frame can. */
export function mayRestart(frame: Debugger.CallFrame): boolean {
  return (frame as { canBeRestarted?: boolean }).canBeRestarted === true;
}

/** Calls of the user's code. */
export function userCalls(loop: Loop, calls: readonly Debugger.CallFrame[]): Debugger.CallFrame[] {
  return calls.filter(({ location }) => loop.scripts.get(location.scriptId)?.internal === false);
}

function functionName(frame: Debugger.CallFrame): string {
  const name = frame.functionName || '(anonymous)';
  const type = frame.this.type === 'object' ? frame.this.className : undefined;
  const plain = type === undefined || ['Object', 'global', 'Timeout', 'Immediate'].includes(type);
  return plain || name.includes('.') || frame.functionName === '' ? name : `${type}.${name}`;
}

function placedFrame(
  id: number,
  name: string,
  loop: Loop,
  place: Place | undefined,
  { sources, conventions, muted }: StackPorts,
  canRestart: boolean,
): DebugProtocol.StackFrame {
  if (!place) return { id, name, line: 0, column: 0, presentationHint: 'subtle' };
  const silent = place.script.internal || muted(place.source ?? place.script.url);
  return {
    id,
    name,
    line: place.line + conventions.lineBase,
    column: place.column + conventions.columnBase,
    source: sources.source(loop, place, silent),
    ...(silent ? { presentationHint: 'subtle' as const } : {}),
    ...(canRestart ? { canRestart } : {}),
  };
}

/** Functions of Node that call the user's callbacks, and what people call that. */
const ENTRIES: [RegExp, string][] = [
  [/^(listOnTimeout|processTimers)$/, 'setTimeout'],
  [/^processImmediate$/, 'setImmediate'],
  [/^(processTicksAndRejections|runNextTicks)$/, 'microtask'],
  [/^runMicrotasks$/, 'microtask'],
  [
    /^(onStreamRead|parserOnHeadersComplete|parserOnIncoming|parserOnMessageComplete|onconnection)$/,
    'socket',
  ],
  [/^(emitMessage|onmessage|\[nodejs\.internal\.kHybridDispatch\]|exports\.emitMessage)$/, 'message'],
];

function withoutEntry(loop: Loop, calls: Debugger.CallFrame[]): Debugger.CallFrame[] {
  const last = calls.findLastIndex(({ location }) => loop.scripts.get(location.scriptId)?.internal === false);
  return calls.slice(0, last + 1);
}

/** Where the calls of Node begin that entered the user's code, with their name. */
function entryOf(loop: Loop, calls: readonly Debugger.CallFrame[]): { at: number; name: string } | undefined {
  const lastOwn = calls.findLastIndex(
    ({ location }) => loop.scripts.get(location.scriptId)?.internal === false,
  );
  if (lastOwn < 0 || lastOwn === calls.length - 1) return undefined;
  for (const { functionName: name } of calls.slice(lastOwn + 1)) {
    const found = ENTRIES.find(([pattern]) => pattern.test(name));
    if (found) return { at: lastOwn + 1, name: found[1] };
  }
  return undefined;
}
