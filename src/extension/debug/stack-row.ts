/** A row of the Call Stack view: a thread, or with `frame` one of its frames, counted from 0. */
export interface StackRow {
  sessionId: string;
  threadId: number;
  frame?: number;
}

/**
 * Reads the second argument that the Call Stack view hands to a command of its context menu: `{ sessionId, threadId }` of a
 * thread, with `frameId` of a frame. The ids are VS Code's own:
 * `thread:SESSION:THREAD` and `stackframe:thread:SESSION:THREAD:POSITION:NAME`.
 */
export function chosenRow(context: unknown): StackRow | undefined {
  const { sessionId, threadId, frameId } = (context ?? {}) as Partial<Record<string, unknown>>;
  if (typeof sessionId !== 'string' || typeof threadId !== 'string') return undefined;
  const thread = /:(\d+)$/.exec(threadId)?.[1];
  if (thread === undefined) return undefined;
  const row = { sessionId, threadId: Number(thread) };
  if (typeof frameId !== 'string') return row;
  const position = /^:(\d+)(?::|$)/.exec(frameId.replace(`stackframe:${threadId}`, ''))?.[1];
  return position === undefined ? row : { ...row, frame: Number(position) };
}
