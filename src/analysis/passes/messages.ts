import { Op, RequestKind } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Messages kept of a thread; of more, nobody knows who sent them. */
const MAX_RECORDS = 200_000;

/** A message at one end of a channel. */
export interface MessageRecord {
  /** In its channel, from 1. */
  number: number;
  timeUs: number;
  /** Sent: the request that it was sent for. Received: the request that it is. 0 = none. */
  request: number;
}

/** One direction of a channel, at one of its ends. */
export interface ChannelEnd {
  /** Counted from the channel's beginning, so that numbers are the same at both ends. */
  whole: boolean;
  /** In order. */
  messages: MessageRecord[];
}

/** What a thread sent to others, and what came from them. By the label of the channel's direction. */
export class Messages implements Pass {
  readonly ops = [Op.MessageSent, Op.MessageReceived, Op.RequestStart];
  readonly sent = new Map<number, ChannelEnd>();
  readonly received = new Map<number, ChannelEnd>();
  readonly #work: Work;
  #count = 0;
  /** It came a moment ago; its request begins now. */
  #fresh: MessageRecord | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  on(event: WalkedEvent): void {
    const fresh = this.#fresh;
    this.#fresh = undefined;
    if (event.op === Op.RequestStart) {
      if (fresh && event.extra === RequestKind.Message) fresh.request = event.id;
      return;
    }
    if (event.b === 0 || this.#count++ >= MAX_RECORDS) return;
    const isSent = event.op === Op.MessageSent;
    const ends = isSent ? this.sent : this.received;
    let end = ends.get(event.b);
    if (!end) {
      end = { whole: event.extra === 1, messages: [] };
      ends.set(event.b, end);
    }
    const record = { number: event.id, timeUs: event.now, request: isSent ? this.#work.current : 0 };
    end.messages.push(record);
    if (!isSent) this.#fresh = record;
  }
}
