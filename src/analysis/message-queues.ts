import { RequestKind } from '../model/event.ts';
import { microsToMillis } from '../model/units.ts';
import { messagesTo, whoSent } from './message-origins.ts';
import type { LinkedThread } from './message-origins.ts';

/** A message that was under way for so long waited for the loop of the thread that takes it, ms. */
const WAITED_MS = 20;

/** Messages that other threads sent to a thread for requests of their own. */
export interface MessageQueue {
  all: number;
  /** Of these, how many waited until the thread was free, and for how long each, ms. */
  waited: number;
  meanMs: number;
}

/** How long messages for requests waited for the loop of a thread, by its id; threads that no such message came to have none. */
export function findMessageQueues(threads: readonly LinkedThread[]): Map<string, MessageQueue> {
  const sentBy = whoSent(threads);
  const queues = new Map<string, MessageQueue>();
  for (const { id, passes } of threads) {
    let [all, waited, totalMs] = [0, 0, 0];
    for (const { received, sent, sender } of messagesTo(passes, sentBy)) {
      const kind = sender.passes.requests.get(sent.request)?.kind;
      if (kind === undefined || kind === RequestKind.Message) continue;
      const ms = microsToMillis(received.timeUs - sent.timeUs);
      all++;
      if (ms < WAITED_MS) continue;
      waited++;
      totalMs += ms;
    }
    if (all > 0) queues.set(id, { all, waited, meanMs: totalMs / Math.max(1, waited) });
  }
  return queues;
}
