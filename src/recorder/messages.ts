import type { AgentMessage } from '../inspector/ports.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import type { AgentStacks } from './agent-stacks.ts';
import type { RecordingTablesWriter } from './tables.ts';
import type { ThreadEvents } from './thread-events.ts';

/** What the messages of one thread are written with. */
export interface MessagePorts {
  /** Thread of the recording. */
  id: string;
  /** The first thread's stalls and rejections do not name it. */
  place: 'first' | 'further';
  /** The agent's clock origin on the recording's clock, µs: added to times that are not modulo 2^32. */
  shiftUs: number;
  writer: RecordingWriter;
  tables: RecordingTablesWriter;
  stacks: AgentStacks;
  events: ThreadEvents;
  onCost: (ownUs: number, cpuUs: number) => void;
  onProblem: (problem: Problem) => void;
}

type Handlers = {
  [Kind in AgentMessage['t']]: (message: Extract<AgentMessage, { t: Kind }>, ports: MessagePorts) => void;
};

/** Writes what an agent's message says into the recording. A message of a kind that we do not know is passed over. */
export function takeMessage(message: AgentMessage, ports: MessagePorts): void {
  if (!Object.hasOwn(HANDLERS, message.t)) return;
  const handle = HANDLERS[message.t] as (message: AgentMessage, ports: MessagePorts) => void;
  handle(message, ports);
}

/** One function for each kind of message; it does not compile while one is missing. */
const HANDLERS: Handlers = {
  type: ({ i, name }, { events }) => events.named('type', i, name),

  label: ({ i, text }, { events }) => events.named('label', i, text),

  stack: ({ i, frames }, { stacks }) => stacks.arrived(i, frames),

  stall: ({ time, held, frames }, ports) => {
    ports.writer.stall({
      ...ofThread(ports),
      timeUs: time + ports.shiftUs,
      heldUs: held,
      stack: ports.tables.stack(frames),
    });
  },

  rejection: ({ time, reason, frames, fatal }, ports) => {
    ports.writer.rejection({
      ...ofThread(ports),
      timeUs: ports.events.timeUs(time),
      reason,
      stack: ports.tables.stack(frames),
      fatal,
    });
  },

  'handled-late': ({ time, rejected, reason, frames }, ports) => {
    note(ports, time, {
      kind: 'handled-late',
      rejectedUs: ports.events.timeUs(rejected),
      reason,
      stack: ports.tables.stack(frames),
    });
  },

  exit: ({ time, code }, ports) => note(ports, time, { kind: 'exit', code }),

  mode: ({ time, mode, reason }, ports) => note(ports, time, { kind: 'mode', mode, reason }),

  handles: ({ time, handles }, ports) => {
    const known = handles.map((handle) => ({ ...handle, stack: ports.stacks.id(handle.stack) }));
    note(ports, time, { kind: 'handles', handles: known });
  },

  listeners: ({ time, emitter, event, count, frames }, ports) => {
    note(ports, time, { kind: 'listeners', emitter, event, count, stack: ports.tables.stack(frames) });
  },

  contexts: ({ time, samples, names }, ports) => {
    const known = samples.map((sample) => ({ ...sample, stack: ports.stacks.id(sample.stack) }));
    note(ports, time, { kind: 'contexts', samples: known, names });
  },

  pause: ({ time, forUs, by }, ports) => note(ports, time, { kind: 'pause', forUs, by }),

  cost: ({ us, cpuUs }, { onCost }) => onCost(us, cpuUs),

  problem: ({ code, message }, { onProblem }) => onProblem({ code, message }),
};

type WithoutPlace<T> = T extends Note ? Omit<T, 'thread' | 'timeUs'> : never;

function note({ id, writer, events }: MessagePorts, time: number, content: WithoutPlace<Note>): void {
  writer.note({ thread: id, timeUs: events.timeUs(time), ...content });
}

/** The recording leaves the first thread's name out. */
function ofThread({ id, place }: MessagePorts): { thread?: string } {
  return place === 'first' ? {} : { thread: id };
}
