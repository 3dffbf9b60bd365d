import type { Listen } from '../base/emitter.ts';
import type { Frame } from '../model/location.ts';
import type { AgentInfo, AgentMessage, AgentSummary, RawFrame } from '../agent/protocol.ts';

export type { AgentInfo, AgentMessage, AgentSummary, RawFrame };

/** Why a target gave no more. */
export type TargetEnd = 'target-exited' | 'connection-lost';

/** A process with our agent in it, as the recorder needs it: no protocol, no sockets. */
export interface AttachedTarget {
  readonly info: AgentInfo;
  /** How events come: over a local socket, or through the inspector connection. */
  readonly transport: 'socket' | 'binding';
  /** True when it had been running before we came. */
  readonly attachedLate: boolean;
  /** Raw events as the agent's ring held them. The array is the listener's to keep. */
  readonly onEvents: Listen<Int32Array>;
  readonly onMessages: Listen<AgentMessage[]>;
  /** Resolves when the process ends or the connection breaks. */
  readonly ended: Promise<TargetEnd>;
  startProfile(intervalUs: number): Promise<void>;
  /** Ends the profile and gives it; undefined when there is none or it does not come in time. */
  stopProfile(): Promise<RawProfile | undefined>;
  /** The main thread's stack, read in an interrupt; [] when it does not answer in time. */
  readStack(): Promise<RawFrame[]>;
  /** Takes the agent out; what it still held comes through the events above before this resolves. */
  stop(): Promise<AgentSummary | undefined>;
  /** Ends the connection, and closes an inspector that we had opened. */
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
  /** The author's line of a generated line whose column is not known; undefined when the map does not tell. */
  locateLine(url: string, line: number): Promise<number | undefined>;
}
