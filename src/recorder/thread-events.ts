import { EVENT_WORDS, Op } from '../model/event.ts';
import type { StackId } from '../model/ids.ts';
import type { RecordingTablesWriter } from './tables.ts';

/** Events kept back for a name that has not come; then they go without it. (1 MiB a thread.) */
const MAX_HELD = 65_536;

export interface ThreadEventPorts {
  /** Clock origin of the thread's agent on the recording's clock, µs. */
  shiftUs: number;
  tables: Pick<RecordingTablesWriter, 'type' | 'label'>;
  /** The recording's number of the agent's stack. */
  stackId: (i: number) => StackId;
  onHeartbeat: (lateUs: number, timeUs: number) => void;
  onDropped: (count: number) => void;
  /** Takes events that are ready to be written. */
  put: (words: Int32Array) => void;
}

/** One thread's events on their way into the recording. */
export interface ThreadEvents {
  /** Takes words as the agent's ring held them, and changes them in place. */
  add: (words: Int32Array) => void;
  /** The agent's type or label `i` has this name. */
  named: (table: 'type' | 'label', i: number, name: string) => void;
  /** A 32-bit time of the agent as µs on the recording's clock: the nearest one to the last heartbeat. */
  timeUs: (time: number) => number;
  /** µs on the recording's clock of the newest heartbeat. */
  lastUs: () => number;
  /** No more names will come: what waits for one goes without it. */
  end: () => void;
}

/**
 * Rewrites the events of one agent for the shared tables and the common clock. Names travel another way than events and
 * can come a heartbeat later; events that need one wait for it, so that each name stands in the tables once.
 */
export function createThreadEvents(ports: ThreadEventPorts): ThreadEvents {
  const { shiftUs, tables } = ports;
  const shift = shiftUs | 0;
  const names = { type: new Map([[0, 0]]), label: new Map([[0, 0]]) };
  const waiting: Int32Array[] = [];
  let held = 0;
  /** Of the agent's clock; grows beyond 32 bits. */
  let last = 0;

  const unwrap = (time: number): number => last + ((time - last) | 0);

  /** Rewrites the event at `at`; false when its name is not known yet. */
  const rewrite = (words: Int32Array, at: number, unknown: 'wait' | 'none'): boolean => {
    const op = words[at]! & 0xff;
    const table = nameTable(op);
    if (table !== undefined) {
      const i = table === 'type' ? words[at]! >>> 8 : words[at + 3]!;
      const named = names[table].get(i);
      if (named === undefined && unknown === 'wait') return false;
      if (table === 'type') words[at] = op | ((named ?? 0) << 8);
      else words[at + 3] = named ?? 0;
    }
    if (op === Op.Init) return true;
    const time = words[at + 2]!;
    if (op === Op.Heartbeat) {
      last = unwrap(time);
      ports.onHeartbeat(words[at + 1]!, last + shiftUs);
    } else if (op === Op.Dropped) ports.onDropped(words[at + 1]!);
    else if (pointsAtStack(op)) words[at + 3] = ports.stackId(words[at + 3]!);
    words[at + 2] = (time + shift) | 0;
    return true;
  };

  const advance = (unknown: 'wait' | 'none'): void => {
    for (let words = waiting[0]; words; words = waiting[0]) {
      let at = 0;
      while (at < words.length && rewrite(words, at, unknown)) at += EVENT_WORDS;
      if (at > 0) ports.put(words.subarray(0, at));
      held -= at / EVENT_WORDS;
      if (at < words.length) {
        waiting[0] = words.subarray(at);
        return;
      }
      waiting.shift();
    }
  };

  return {
    add: (words) => {
      if (words.length === 0) return;
      waiting.push(words);
      held += words.length / EVENT_WORDS;
      advance(held > MAX_HELD ? 'none' : 'wait');
    },
    named: (table, i, name) => {
      names[table].set(i, tables[table](name));
      advance('wait');
    },
    timeUs: (time) => unwrap(time) + shiftUs,
    lastUs: () => last + shiftUs,
    end: () => advance('none'),
  };
}

/** Which of the shared tables an event points into, apart from stacks. */
function nameTable(op: number): 'type' | 'label' | undefined {
  if (op === Op.Init) return 'type';
  return LABELLED.has(op) ? 'label' : undefined;
}

const LABELLED = new Set<number>([
  Op.RequestStart,
  Op.RequestEnd,
  Op.OperationStart,
  Op.MessageSent,
  Op.MessageReceived,
]);

function pointsAtStack(op: number): boolean {
  return op === Op.WaitSample || op === Op.Pending || op === Op.InitStack;
}
