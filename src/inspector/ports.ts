import type { Listen } from '../base/emitter.ts';
import type { Frame } from '../model/location.ts';
import type { Problem } from '../model/problem.ts';
import type { AgentInfo, AgentMessage, AgentSummary, RawFrame } from '../agent/protocol.ts';

export type { AgentInfo, AgentMessage, AgentSummary, RawFrame };

/** Why a target gave no more. */
export type TargetEnd = 'target-exited' | 'connection-lost';

/** A program with our agent in its threads, as far as we follow them. */
export interface AttachedGroup {
  /** The thread that the recording's header describes. */
  readonly first: AttachedTarget;
  /** Further threads and processes, from when the agent is in them; those of before anybody listened come first. */
  readonly onFurther: Listen<AttachedTarget>;
  /** Resolves when nothing more will come: the program has ended, or the connection to all of it is lost. */
  readonly ended: Promise<TargetEnd>;
  /** The source map of a script that is loaded in one of the threads, as V8 knows it. */
  sourceMapOf(url: string): Promise<string | undefined>;
  /** What could not be followed so far, for the recording's end. */
  problems(): Problem[];
  /**
   * Processes that start from now on run without us, and one that we are just about to be in is left at once. Called before
   * the agents are taken out: a process whose child nobody leaves may wait for that child.
   */
  stopFollowing(): Promise<void>;
  /** Ends all connections, and closes inspectors that we had opened. Takes agents out that nobody has stopped. */
  close(): Promise<void>;
}

/** A thread with our agent in it, as the recorder needs it: no protocol, no sockets. */
export interface AttachedTarget {
  /** In the recording: `main`, `worker-1`, `4243` (a process), `4243/worker-1`. */
  readonly id: string;
  /** For people: `worker resize.js`. */
  readonly name: string;
  readonly info: AgentInfo;
  /** µs between two samples of its CPU profile; 'off': V8's profiler can crash a process when it runs in a worker. */
  readonly profileUs: number | 'off';
  /** Who reads the stack of a held loop: the agent's own thread, or nobody but us. */
  readonly stallsFrom: 'inside' | 'outside';
  /** How events come: over a local socket, or through the inspector connection. */
  readonly transport: 'socket' | 'binding';
  /** True when it had been running before we came. */
  readonly attachedLate: boolean;
  /** Raw events as the agent's ring held them. The array is the listener's to keep. */
  readonly onEvents: Listen<Int32Array>;
  readonly onMessages: Listen<AgentMessage[]>;
  /** Resolves when the process ends or the connection breaks. */
  readonly ended: Promise<TargetEnd>;
  /** Does nothing while one is being taken. */
  startProfile(): Promise<void>;
  /** Ends the profile and gives it; undefined when there is none or it does not come in time. */
  stopProfile(): Promise<RawProfile | undefined>;
  /** The thread's stack, read in an interrupt; [] when it does not answer in time. */
  readStack(): Promise<RawFrame[]>;
  /** What V8 knows as the source map of a script of this thread: '' = it has none, undefined = no such script. */
  sourceMapOf(url: string): Promise<string | undefined>;
  /**
   * Takes the agent out; what it still held comes through the events above before this resolves. A loop that is `held`
   * is not waited for long: its agent leaves when it turns again.
   */
  stop(loop?: 'held' | 'turning'): Promise<AgentSummary | undefined>;
  /** Ends the connection, and closes an inspector that we had opened. Harmless the second time. */
  close(): Promise<void>;
}

/** A profile as V8 gives it (`Profiler.Profile` of the protocol); times in µs of V8's clock. */
export interface RawProfile {
  nodes: RawProfileNode[];
  startTime: number;
  endTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

export interface RawProfileNode {
  id: number;
  /** Lines and columns from 0. */
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    lineNumber: number;
    columnNumber: number;
  };
  children?: number[];
  positionTicks?: { line: number; ticks: number }[];
}

/** Turns places of the running code into places of the author's source. */
export interface SourceLocator {
  /** `line` and `column` from 1. Never fails: without a map it is the place itself. */
  locate(name: string, url: string, line: number, column: number): Promise<Frame>;
  /**
   * The author's line of a generated line whose column is not known; undefined when the map does not tell. `headColumn`, from
   * 0: where the function that it is about begins, if on the same line.
   */
  locateLine(url: string, line: number, headColumn?: number): Promise<number | undefined>;
  /** The running code's own text, as it lies on disk here; undefined where it does not. */
  text(url: string): Promise<string | undefined>;
}
