import { EVENT_WORDS, Op } from '../model/event.ts';
import type { PauseClock } from '../recording/pauses.ts';

/** One event, decoded. The same object is reused for every event: copy what is to be kept. */
export interface WalkedEvent {
  op: number;
  extra: number;
  id: number;
  a: number;
  b: number;
  /** The clock after this event, µs since the clock origin, unwrapped. For events without a clock: the last reading. */
  now: number;
}

/** A pass over the events: it names the events it wants and keeps what it learns of them. */
export interface Pass {
  readonly ops: readonly Op[];
  on(event: WalkedEvent): void;
}

/**
 * Walks the events of one thread, batch by batch as they come, and hands each to the passes that want it, in the order
 * of `passes`.
 */
export class Walker {
  events = 0;
  /** First reading of the clock, µs; 0 before any. */
  firstUs = 0;
  readonly #byOp: (Pass[] | undefined)[] = [];
  readonly #event: WalkedEvent = { op: 0, extra: 0, id: 0, a: 0, b: 0, now: 0 };
  /** Last reading of the recording's clock; {@link WalkedEvent.now} is by {@link Walker.clock}. */
  #recorded = 0;
  #clocked = false;
  /** Leaves out pauses. */
  clock: PauseClock | undefined;

  constructor(passes: readonly Pass[]) {
    for (const pass of passes) for (const op of pass.ops) (this.#byOp[op] ??= []).push(pass);
  }

  /** Last reading of the clock, µs. */
  get lastUs(): number {
    return this.#event.now;
  }

  /** @param words events in order, {@link EVENT_WORDS} words each; the rest of an event that was cut off is left out */
  feed(words: Int32Array): void {
    const event = this.#event;
    for (let at = 0; at + EVENT_WORDS <= words.length; at += EVENT_WORDS) {
      const word0 = words[at]!;
      event.op = word0 & 0xff;
      event.extra = word0 >>> 8;
      event.id = words[at + 1]!;
      event.a = words[at + 2]!;
      event.b = words[at + 3]!;
      this.events++;
      if (hasClock(event.op)) {
        this.#recorded = this.#clocked ? advance(this.#recorded, event.a) : event.a >>> 0;
        event.now = this.clock ? this.clock.at(this.#recorded) : this.#recorded;
        if (!this.#clocked) this.firstUs = event.now;
        this.#clocked = true;
      }
      if (this.clock) this.#retell(event, this.clock);
      const wanted = this.#byOp[event.op];
      if (wanted) for (const pass of wanted) pass.on(event);
    }
  }

  /** Lateness and moments inside an event, by the clock that leaves out pauses. */
  #retell(event: WalkedEvent, clock: PauseClock): void {
    const now = this.#recorded;
    if (event.op === Op.Heartbeat) event.id = event.now - clock.at(now - event.id);
    else if (tellsMoment(event.op)) event.a = clock.at(momentBefore(now, event.a)) | 0;
  }
}

/** Do these tell a moment that is not the reading of the clock? */
function tellsMoment(op: number): boolean {
  return op === Op.Gc || op === Op.Pending;
}

/** A moment at or before `now` that was written modulo 2^32 µs: a creation, the start of a garbage collection. */
export function momentBefore(now: number, wrapped: number): number {
  return now - ((now - wrapped) >>> 0);
}

/** Clocks of these events never run backwards; those of the others tell an earlier moment. */
function hasClock(op: number): boolean {
  switch (op) {
    case Op.Before:
    case Op.After:
    case Op.Heartbeat:
    case Op.RequestStart:
    case Op.RequestEnd:
    case Op.WaitSample:
    case Op.OperationStart:
    case Op.OperationEnd:
    case Op.MessageSent:
    case Op.MessageReceived:
      return true;
    default:
      return false;
  }
}

/** Unwraps: a step of up to 35 minutes forwards. A step backwards is noise, and the clock stands still. */
function advance(now: number, wrapped: number): number {
  const step = (wrapped - now) | 0;
  return step > 0 ? now + step : now;
}
