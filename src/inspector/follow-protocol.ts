// What the preload in a started program's processes and we agree on.

/** Environment variable `pid of the recorder | direct or indirect | folder for announcements`. */
export const FOLLOW_VARIABLE = 'LOOPLENS_FOLLOW';

/** Symbol of `process` under which a waiting process or worker has its gate: an Int32Array whose first word opens it. */
export const GATE_KEY = 'looplens.gate';

/** What a process says of itself, in a file `PID-TIME.json`. */
export interface Announcement {
  pid: number;
  parent: number;
  /** Websocket of its inspector. */
  url: string;
  /** False when the program had it open by itself. */
  opened: boolean;
  /** `process.argv[1]`, or ''. */
  script: string;
  /** The file that this is, absolute; '' where there is none. */
  entry: string;
}
