import { Op } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Less of the graph than this tells nothing, µs. */
const ENOUGH_US = 500_000;

/**
 * How long an immediate was due. While one is, the loop asks the system what is there and does not wait for it: libuv's
 * `uv_backend_timeout` is 0 then (https://docs.libuv.org/en/v1.x/loop.html).
 */
export class Immediates implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.Heartbeat, Op.Dropped];
  readonly #work: Work;
  readonly #types: readonly string[];
  #type = -1;
  /** The newest that was made; 0 = none is due, for they run in the order in which they were made. */
  #newest = 0;
  #sinceUs = 0;
  #dueUs = 0;
  #ran = 0;
  /** Those that had run at the last heartbeat. */
  #ranAtBeat = 0;
  #lastRunUs = 0;
  /** The stretch of the graph under way; -1 in a gap. */
  #recordedFrom = -1;
  #recordedUs = 0;

  constructor(work: Work, types: readonly string[]) {
    this.#work = work;
    this.#types = types;
  }

  /** Share of the time in which one was due, 0..1; 0 where too little of the graph was recorded. */
  dueShare(): number {
    return this.#recordedUs < ENOUGH_US ? 0 : Math.min(1, this.#dueUs / this.#recordedUs);
  }

  /** How many ran, in each second of which the graph was recorded. */
  perSecond(): number {
    return this.#recordedUs === 0 ? 0 : this.#ran / (this.#recordedUs / 1e6);
  }

  /** When one ran last, µs; 0 = never. */
  get lastRunUs(): number {
    return this.#lastRunUs;
  }

  on(event: WalkedEvent): void {
    switch (event.op) {
      case Op.Heartbeat:
        this.#beat(event.now);
        return;
      case Op.Dropped:
        this.#newest = 0;
        this.#recordedFrom = -1;
        return;
      case Op.Init:
        if (this.#type < 0 && this.#types[event.extra] === 'Immediate') this.#type = event.extra;
        if (event.extra === this.#type) this.#made(event);
        break;
      default:
        if (this.#work.ids.type(event.id) === this.#type) this.#run(event);
    }
    if (this.#recordedFrom >= 0) this.#recordedUs += event.now - this.#recordedFrom;
    this.#recordedFrom = event.now;
  }

  #made({ id, now }: WalkedEvent): void {
    if (this.#newest === 0) this.#sinceUs = now;
    this.#newest = id;
  }

  #run({ id, now }: WalkedEvent): void {
    this.#ran++;
    this.#lastRunUs = now;
    if (this.#newest === 0) return;
    this.#dueUs += now - this.#sinceUs;
    this.#sinceUs = now;
    if (id === this.#newest) this.#newest = 0;
  }

  /** One that is due runs before the next heartbeat: otherwise it was taken back. */
  #beat(now: number): void {
    if (this.#newest !== 0 && this.#ran === this.#ranAtBeat && now - this.#sinceUs > 0) this.#newest = 0;
    this.#ranAtBeat = this.#ran;
  }
}
