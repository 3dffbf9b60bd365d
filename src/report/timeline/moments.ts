import type { StackId } from '../../model/ids.ts';
import type { PauseNote } from '../../model/note.ts';

/**
 * What happened on a thread, as the formats of other tools show it. Times in µs since the recording's clock origin; each
 * thing is told when it ends, so that the moments of a thread are in order of their ends.
 */
export type Moment = Turn | RequestMoment | Wait | Operation | Collection | Delay | Message | Stand;

/**
 * A callback had the loop, with the ticks and promise reactions right behind it. Turns of one thread do not overlap; one
 * in which the program stood still is told in pieces.
 */
export interface Turn {
  kind: 'turn';
  startUs: number;
  endUs: number;
  /** Request that it worked for; 0 = none. */
  request: number;
  /** Type of the resource whose callback it was; '' = not known. */
  type: string;
  /** Moment in an earlier turn in which that resource was created; undefined where it is not known or long-lived. */
  causedUs?: number;
}

/** What lasts while the program may stand still. */
interface Lasting {
  startUs: number;
  endUs: number;
  /** So much of it the program stood still through no doing of its own; absent where it did not. */
  pausedUs?: number;
}

/** A request that came in, from its beginning to its answer. */
export interface RequestMoment extends Lasting {
  kind: 'request';
  id: number;
  /** `GET /orders/17` */
  label: string;
  /** As its framework named it; '' where none did. */
  route: string;
  /** 0 = the connection closed before the response was finished; -1 = still under way at the end. */
  status: number;
  /** When it was not running, in order. */
  waits: Wait[];
}

/** Time in which none of a request's code ran. */
export interface Wait extends Lasting {
  kind: 'wait';
  request: number;
  /** Type of the resource whose callback ended it. */
  type: string;
  /** Stack of one of its promises that was picked meanwhile; 0 = none was. */
  stack: StackId;
}

/** Something that was asked of the world outside. */
export interface Operation extends Lasting {
  kind: 'operation';
  id: number;
  /** As in `OperationKind`. */
  operation: number;
  label: string;
  /** Request that it was asked for; 0 = none. */
  request: number;
  /** Status or exit code; -1 = it failed, or there was no answer yet. */
  status: number;
}

/** A garbage collection. */
export interface Collection extends Lasting {
  kind: 'collection';
  /** `minor`, `major`, `incremental`, `weakcb`: as OpenTelemetry names them. */
  type: string;
}

/** A message to or from another thread or process, at one end of its channel. */
export interface Message {
  kind: 'message';
  /** `came`: it is being handed to the program. */
  way: 'sent' | 'came';
  timeUs: number;
  /** Of the channel, the same at both ends. */
  label: string;
  /** In the channel. */
  number: number;
  /** Counted from the channel's beginning, so that the numbers are the same at both ends. */
  whole: boolean;
}

/** The program stood still through no doing of its own: a debugger's pause, a stopped process. */
export interface Stand {
  kind: 'stand';
  startUs: number;
  endUs: number;
  by: PauseNote['by'];
}

/**
 * A look at the loop: how late its timer was, and how long it had been idle since the last look. All but `timeUs` leaves
 * out what the program stood still.
 */
export interface Delay {
  kind: 'delay';
  timeUs: number;
  latenessUs: number;
  idleUs: number;
  /** Since the last look; 0 at the first. */
  sinceUs: number;
}
