import type { SourceLocation } from './location.ts';
import type { TaskThread } from './task.ts';

/** What an open resource is. */
export type AliveKind =
  | 'timer'
  | 'server'
  | 'socket'
  | 'child-process'
  | 'worker'
  | 'port'
  | 'watcher'
  | 'terminal'
  | 'request'
  | 'other';

/** Open resources of a process that are alike. */
export interface AliveThing {
  count: number;
  kind: AliveKind;
  /** For people, one line: `interval of 1000 ms`, `server on 127.0.0.1:3000`. */
  detail: string;
  /** `holds`: the process does not end by itself while it is open. `does-not-hold`: it was told not to (`unref`). */
  ref: 'holds' | 'does-not-hold';
  /** The program's functions that it calls; none where only Node's own are known. */
  calls: SourceLocation[];
  /** Id of its thread in {@link AliveDump.threads}. */
  thread: string;
}

/** What keeps the event loops of a process turning at one moment. */
export interface AliveDump {
  target: { pid: number; node: string };
  threads: TaskThread[];
  /** What holds first, the most of one kind first. */
  things: AliveThing[];
}
