import type { Log } from '../base/log.ts';
import type { LentWorker } from '../inspector/lent-session.ts';
import type { RecordingMode } from '../model/note.ts';
import type { RecordingHeader, RecordingTrailer } from '../model/recording.ts';
import type { Trigger } from '../recorder/triggers.ts';
import type { RecordingWriter } from '../recording/contract.ts';

/** What to attach to: the command line's `TARGET`. */
export type TargetSpec =
  | { kind: 'pid'; pid: number }
  | { kind: 'inspect'; host: string; port: number }
  /** `workers`: of an address that a debugger lends its session at, those of its sessions of workers. */
  | { kind: 'ws'; url: string; workers?: LentWorker[] }
  | { kind: 'command'; command: string; args: string[]; cwd?: string };

/** A Node process of this user that can be recorded. */
export interface TargetListing {
  pid: number;
  /** `inspectable`: its inspector listens at `host:port`. `activatable`: it can be opened with a signal. */
  state: 'inspectable' | 'activatable';
  host?: string;
  port?: number;
  /** Main script, absolute where it is known; '' for a REPL or `node -e`. */
  script: string;
  cwd?: string;
  /** As `process.version`, where it is known without connecting. */
  node?: string;
  /** The whole command line, for people. */
  commandLine: string;
  /** Worker threads, known only of inspectable processes. */
  workers: { id: string; name: string }[];
}

export interface RecordOptions {
  /** Ends by itself after this time, ms; without it: at `signal`, or when the target exits. */
  durationMs?: number;
  /** Absolute path of the recording to write. */
  out: string;
  /** How much is recorded; default `flow`. The recorder does with less where the budget demands it. */
  mode?: RecordingMode;
  /** Share of a main thread's time that recording may take, 0..1; default 0.1. */
  budget?: number;
  /** Its threads and child processes too, or only the main thread of the target; default `all`. */
  follow?: 'all' | 'none';
  /** CPU profiles of worker threads: V8's profiler can crash a process there; default `off`. */
  profileWorkers?: 'on' | 'off';
  /** Folders of the program (in a container, on another machine) and where they lie here. */
  mapRoots?: { from: string; to: string }[];
  /** Keeps only the last seconds, in memory, and saves them when something happens; default: the file gets everything. */
  flight?: FlightWishes;
  /**
   * When the program at an inspector's address goes away, waits 30 s for another one there and records that, too. A
   * `usage` error for a pid, which does not come back, and for a command, whose processes are followed anyway. Default `off`.
   */
  reconnect?: 'on' | 'off';
  /** Aborting stops the recording and keeps what it has. */
  signal?: AbortSignal;
  log?: Log;
  onProgress?: (progress: RecordProgress) => void;
  /** Puts itself between the recorder and the file, and sees what is recorded while it happens. */
  tap?: (writer: RecordingWriter, header: RecordingHeader) => RecordingWriter;
  /** What a started command prints; without it, it goes to our stderr. */
  onOutput?: (text: string) => void;
}

/** A flight recording: what is kept, and until when. */
export interface FlightWishes {
  /** Time that is kept, ms. */
  keepMs: number;
  /** The first that fires ends the recording; with none, it ends as any other. */
  until: Trigger[];
  /** Recorded after that, ms; default 2000. */
  tailMs?: number;
}

/** Sent about five times a second while recording. */
export interface RecordProgress {
  phase: 'connecting' | 'recording' | 'finishing';
  elapsedMs: number;
  events: number;
  dropped: number;
  /** Event loop delay of the last second, ms. */
  delayP99Ms: number;
  /** Our own share of the main thread's CPU time, 0..1. */
  overheadShare: number;
}

export interface RecordResult {
  /** The recording, absolute. */
  file: string;
  header: RecordingHeader;
  trailer: RecordingTrailer;
}
