import type { RecordingMode } from '../model/note.ts';

/**
 * What passes between the three parties inside and outside the process: the agent on the main thread, its worker,
 * and the collector at the other end of the socket (or of the inspector's binding).
 *
 * On the wire: frames of `kind: u8, length: u32 LE, payload`. Events are raw words of the ring, little endian.
 */
export const FrameKind = { Hello: 1, Events: 2, Messages: 3, Bye: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Bytes before the payload. */
export const FRAME_HEAD = 5;

/** Slots of the control words that main thread and worker share. */
export const Ctl = {
  /** Events ever published, modulo 2^32. */
  Head: 0,
  /** Events ever taken out. */
  Tail: 1,
  /** Counts up with every heartbeat. */
  Beat: 2,
  /** Counts up with every execution that begins. */
  Execution: 3,
  /** Nesting of executions under way; 0 = none. */
  Depth: 4,
  /** 1 from when the recording ends, or the process. */
  Ending: 5,
  /** 1 when the worker has reached the collector. */
  Connected: 6,
  /** 1 when the worker has sent all that an exiting process had. */
  Sent: 7,
  /** Events ever written, published or not; stored without a barrier. */
  Written: 8,
  Length: 16,
} as const;

/** What the injector passes in. */
export interface AgentConfig {
  /** Source of the worker. */
  workerSource: string;
  /** Path of the local socket or pipe that the collector listens on; null: use the binding. */
  socketPath: string | null;
  /** First thing said on the socket, so that a stranger's connection is refused. */
  token: string;
  /** Name of the global function that `Runtime.addBinding` made. The agent takes it and removes the global. */
  bindingName: string;
  /** The program had begun before we came. */
  attachedLate: boolean;
  /** Events in the ring; a power of two. */
  ringEvents: number;
  heartbeatMs: number;
  /** Pending promises whose stack is read at each heartbeat, in flow mode. */
  waitSamples: number;
  /** The mode to begin in; the most that the governor goes back up to. */
  mode: RecordingMode;
  /** Share of the main thread's time that recording may take, 0..1; Infinity: no limit. JSON's null means Infinity. */
  budget: number | null;
  /** An execution that has lasted this long gets its stack read, ms. */
  stallMs: number;
}

/** A frame as V8 names it: function, URL or path, line, column (from 1), flag: 0 plain, 1 await, 2 Promise.all. */
export type RawFrame = [name: string, url: string, line: number, column: number, flag: 0 | 1 | 2];

/** Everything that is not an event: rare, so it travels as JSON. */
export type AgentMessage =
  | { t: 'type'; i: number; name: string }
  | { t: 'label'; i: number; text: string }
  | { t: 'stack'; i: number; frames: RawFrame[] }
  | { t: 'stall'; time: number; held: number; frames: RawFrame[] }
  | { t: 'rejection'; time: number; reason: string; frames: RawFrame[]; fatal: boolean }
  /** The rejection that was reported at `rejected` was handled after all. */
  | { t: 'handled-late'; time: number; rejected: number; reason: string; frames: RawFrame[] }
  | { t: 'exit'; time: number; code: number }
  /** What is recorded changed. `share`: our share of the main thread's time when that was decided, 0..1. */
  | { t: 'mode'; time: number; mode: RecordingMode; reason: string; share: number }
  | { t: 'handles'; time: number; handles: RawHandle[] }
  | { t: 'listeners'; time: number; emitter: string; event: string; count: number; frames: RawFrame[] }
  | { t: 'contexts'; time: number; samples: RawContextSample[]; names: string[] }
  /** The program stood still for so long, through no doing of its own. */
  | { t: 'pause'; time: number; forUs: number; by: 'debugger' | 'stopped' }
  | { t: 'cost'; us: number; cpuUs: number }
  | { t: 'problem'; code: string; message: string };

/** Which stores of AsyncLocalStorage were there when something was created. */
export interface RawContextSample {
  /** What was created. */
  id: number;
  /** In whose execution; 0 = none or unknown. */
  execution: number;
  /** Number of the stack that created it, as in `stack` messages; 0 = not known. */
  stack: number;
  /** For each storage, by its index: 0 = no store, -1 = cleared by the program, else a number for each store. */
  stores: number[];
}

/** A handle that keeps the loop alive, or an unref'ed timer. */
export interface RawHandle {
  /** Type of async resource. */
  type: string;
  /** Async id of the recording; 0 = not known. */
  id: number;
  ref: boolean;
  /** What distinguishes it; '' where there is nothing to say. */
  detail: string;
  /** Number of the stack of its creation, as in `stack` messages; 0 = not known. */
  stack: number;
}

/** The answer of `info()`: what the agent found in the process. */
export interface AgentInfo {
  pid: number;
  node: string;
  script: string;
  cwd: string;
  platform: string;
  threadPoolSize: number;
  /** Wall clock at the clock origin, ms since the epoch. */
  startedAt: number;
  /** The clock origin on V8's profiler clock, µs. */
  originUs: number;
  problems: { code: string; message: string }[];
}

/** The answer of `stop()`. */
export interface AgentSummary {
  /** Events written to the ring, and events for which there was no room. */
  produced: number;
  dropped: number;
  /** µs on the agent's clock at which recording ended. */
  endUs: number;
}

/** The agent as its process sees it: under a registered symbol of `process`, while it records. */
export interface Agent {
  info: () => AgentInfo;
  /** A sign of life. */
  renew: () => void;
  /** The main thread's stack now, for one who interrupts it. */
  stack: () => RawFrame[];
  /** Changes what is recorded, from the next heartbeat on; told by a `mode` message with this reason. */
  setMode: (mode: RecordingMode, reason: string) => void;
  /** What keeps the loop alive now; also sent as a message. */
  handles: () => RawHandle[];
  stop: () => Promise<AgentSummary>;
}

/** Key under which a running agent is found in its process: one at a time. */
export const AGENT_KEY = 'looplens.agent';

/** What the URLs of our own scripts begin with: their frames are left out of stacks, and counted as our cost. */
export const OWN_URL = 'looplens:';
