import type { HandlesNote, Note } from '../model/note.ts';
import { microsToMillis } from '../model/units.ts';
import { keepsRunning, lastWork, LATE_TOUCHES } from './kept-alive.ts';
import type { LinkedThread } from './message-origins.ts';

/** A worker thread that was there when the recording ended. */
export interface WorkerState {
  /** Since when it has run nothing, ms. */
  quietMs: number;
  /** `messages`: it has nothing open but the port to the thread that made it. */
  waitsFor: 'messages' | 'more';
}

/** Threads that have told their handles so late were there at the end, µs. */
const AT_END_US = 1_000_000;

/** As worker threads of the first process are named. */
const WORKER = /^worker-\d+$/;

/** The workers of the first process that were there at the end. */
export function workersAtEnd(threads: readonly LinkedThread[], notes: readonly Note[]): WorkerState[] {
  const workers = threads.filter(({ id }) => WORKER.test(id));
  const endUs = Math.max(0, ...threads.map(({ passes }) => passes.walker.lastUs));
  return workers.flatMap(({ id, passes }) => {
    const told = notes.findLast(
      (note): note is HandlesNote =>
        note.kind === 'handles' && note.thread === id && note.timeUs > endUs - AT_END_US,
    );
    if (!told) return [];
    const { work, immediates, heartbeats, walker } = passes;
    const never = work.spans.length === 0;
    const last = never
      ? walker.firstUs
      : lastWork({ work, immediates, heartbeats, endUs: walker.lastUs }, () => false, LATE_TOUCHES);
    const others = told.handles.filter((handle) => keepsRunning(handle) && handle.type !== 'MESSAGEPORT');
    return [
      { quietMs: microsToMillis(walker.lastUs - last), waitsFor: others.length === 0 ? 'messages' : 'more' },
    ];
  });
}
