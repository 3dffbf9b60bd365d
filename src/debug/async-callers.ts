import type { Loop } from './loop.ts';

/** One step outwards from where a stopped loop runs: a function that awaits, or a combinator between two. */
export type AsyncCaller =
  /** Line and column count from 0. */
  | { kind: 'function'; name: string; url: string; line: number; column: number }
  /** `Promise.all (index 1)` */
  | { kind: 'combinator'; name: string }
  /** A function that has ended: it stands in the trace of an error. `awaited`: the one before it was awaited here. */
  | { kind: 'past'; name: string; url: string; line: number; column: number; awaited: boolean };

/** A frame of our part inside the process: name, URL, line and column from 1, how it stands there. */
type TracedFrame = [name: string, url: string, line: number, column: number, flag: number];

/** The trace of an error as what led to it; [] for what cannot be read. */
export function pastCallers(frames: unknown): AsyncCaller[] {
  if (!Array.isArray(frames)) return [];
  return (frames as TracedFrame[]).map(([name, url, line, column, flag]) =>
    flag === 2
      ? { kind: 'combinator', name }
      : { kind: 'past', name, url, line: line - 1, column: column - 1, awaited: flag === 1 },
  );
}

/** Deeper chains are cut. */
const LIMIT = 200;

/**
 * V8 appends to the stack of every new `Error` the suspended functions that wait for the one that runs, exactly and
 * without having been asked to trace anything. So one evaluation on top of the stopped frames tells them.
 */
const READ = `(() => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = ${LIMIT};
    Error.prepareStackTrace = (_, sites) => sites.filter((s) => s.isAsync()).map((s) => {
      const url = s.getScriptNameOrSourceURL();
      return url && s.getLineNumber()
        ? { kind: 'function', name: functionName(s), url, line: s.getLineNumber() - 1, column: s.getColumnNumber() - 1 }
        : { kind: 'combinator', name: String(s).replace(/^async /, '') };
    });
    const functionName = (s) => {
      const name = s.getFunctionName() ?? '';
      const type = s.getTypeName();
      return name === '' || name.includes('.') || !type || type === 'Object' ? name : type + '.' + name;
    };
    const holder = {};
    Error.captureStackTrace(holder);
    return holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
})()
//# sourceURL=looplens:callers`;

/** The suspended functions that wait for what a stopped loop runs, the next one first; [] where nobody does. */
export async function readAsyncCallers(loop: Loop): Promise<AsyncCaller[]> {
  const answer = await loop.connection
    .send<{ result: { value?: unknown } }>('Runtime.evaluate', {
      expression: READ,
      silent: true,
      returnByValue: true,
    })
    .catch(() => undefined);
  const value = answer?.result.value;
  return Array.isArray(value) ? (value as AsyncCaller[]) : [];
}
