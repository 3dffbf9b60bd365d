import type { StackId } from './ids.ts';

/**
 * Something rare that was found while recording and is neither an event nor the stack of a held loop. Each note says in
 * which thread and when; a reader passes over kinds that it does not know.
 */
export type Note =
  | ThreadNote
  | HandlesNote
  | HandledLateNote
  | ExitNote
  | ModeNote
  | ListenersNote
  | ContextsNote
  | PauseNote
  | SourcesNote;

/** What every note tells. */
interface Noted {
  /** Thread of the recording, as in {@link EventBatch.thread}. */
  thread: string;
  /** µs since the recording's clock origin. */
  timeUs: number;
}

/** A thread or process joined the recording after its header was written. */
export interface ThreadNote extends Noted {
  kind: 'thread';
  /** For people: `worker resize.js`, `child report.js`. */
  name: string;
  /** Process that it belongs to. */
  pid: number;
  /** As `process.version`. */
  node: string;
  script: string;
  /** True when it ran before we came. */
  attachedLate: boolean;
}

/** The handles and requests that keep a loop alive at one moment: at the end, or when asked. */
export interface HandlesNote extends Noted {
  kind: 'handles';
  handles: OpenHandle[];
}

export interface OpenHandle {
  /** Type of async resource: `Timeout`, `TCPSERVERWRAP`, `FSEVENTWRAP`, ... */
  type: string;
  /** Async id as in the events; 0 where it is not known. */
  id: number;
  /** False when it does not keep the process alive. */
  ref: boolean;
  /** What distinguishes it: `127.0.0.1:3000`, `every 5000 ms`, a path; '' where there is nothing to say. */
  detail: string;
  /** Where it was created; 0 = not known. */
  stack: StackId;
}

/** A rejection that had been reported as unhandled was handled after all. */
export interface HandledLateNote extends Noted {
  kind: 'handled-late';
  /** When it was reported. */
  rejectedUs: number;
  /** Name and message of the reason. */
  reason: string;
  /** Where the reason was created; 0 when it is no Error. */
  stack: StackId;
}

/** The process or thread ended. */
export interface ExitNote extends Noted {
  kind: 'exit';
  /** Exit code; -1 where it is not known. Node ends with 13 when a top-level await never settled. */
  code: number;
}

/** The recorder changed what it records, to keep its budget or because it was told to. */
export interface ModeNote extends Noted {
  kind: 'mode';
  mode: RecordingMode;
  /** A sentence for people. */
  reason: string;
}

/** `watch`: delay, stalls and profile. `flow`: the whole graph. `deep`: with more stacks. */
export type RecordingMode = 'watch' | 'flow' | 'deep';

/** An emitter whose listeners for one event became many. */
export interface ListenersNote extends Noted {
  kind: 'listeners';
  /** Class of the emitter. */
  emitter: string;
  event: string;
  /** Listeners when it was noticed. */
  count: number;
  /** Where the newest was added; 0 = not known. */
  stack: StackId;
}

/** Which stores of AsyncLocalStorage were there when some resources and promises were created. */
export interface ContextsNote extends Noted {
  kind: 'contexts';
  samples: ContextSample[];
  /** Of each storage, the name that the program gave it; '' without one. */
  names: string[];
}

export interface ContextSample {
  /** What was created: an async id as in the events. */
  id: number;
  /** In whose execution; 0 = none or unknown. */
  execution: number;
  /** That created it; 0 = not known. */
  stack: StackId;
  /** For each storage, by its index: 0 = no store, -1 = cleared by the program, else a number for each store. */
  stores: number[];
}

/** The program stood still through no doing of its own, until the time of the note. Notes of one pause may overlap. */
export interface PauseNote extends Noted {
  kind: 'pause';
  forUs: number;
  /** `stopped`: the whole process, by a signal, or as the machine slept. */
  by: 'debugger' | 'stopped';
}

/** Lines of the author's source that frames name, as they read when the recording was made: how to find them after edits. */
export interface SourcesNote extends Noted {
  kind: 'sources';
  files: SourceLines[];
}

/** Longer lines are cut, characters: enough to know a line again. */
export const LONGEST_SOURCE_LINE = 300;

export interface SourceLines {
  /** As frames name it. */
  file: string;
  /** Numbers from 1 and texts, side by side; long ones are cut. */
  lines: number[];
  texts: string[];
}
