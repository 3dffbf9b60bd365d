import type { ChainStep } from '../model/finding.ts';
import type { ChannelEnd, MessageRecord } from './passes/messages.ts';
import type { ThreadPasses } from './thread-passes.ts';
import { inRoutes } from './words.ts';

/** A thread of the recording with what was learnt of it. */
export interface LinkedThread {
  id: string;
  name: string;
  passes: ThreadPasses;
}

/** Who sent the messages of a thread, and for which of their requests. */
export interface MessageOrigins {
  /** Steps outwards from a route of messages: `sent by main, in GET /report`; [] when nobody is known. */
  of(thread: string, route: string): ChainStep[];
}

/** A message that leads to another is followed back so many times. */
const MAX_STEPS = 3;
/** Senders that are named at one step. */
const MAX_SENDERS = 2;

interface Sender {
  thread: LinkedThread;
  count: number;
  /** Routes that it sent them for -> how many. */
  routes: Map<string, number>;
}

/** Joins the two ends of each channel: the n-th message that was sent is the n-th that came. */
export function findMessageOrigins(threads: readonly LinkedThread[]): MessageOrigins {
  const sentBy = whoSent(threads);
  const known = new Map<string, Sender[]>();
  const sendersOf = (thread: LinkedThread, route: string): Sender[] => {
    const key = `${thread.id}\n${route}`;
    let senders = known.get(key);
    if (!senders) known.set(key, (senders = collect(thread, route, sentBy)));
    return senders;
  };
  const stepsFrom = (thread: LinkedThread, route: string, left: number): ChainStep[] => {
    const senders = left === 0 ? [] : sendersOf(thread, route).slice(0, MAX_SENDERS);
    const steps = senders.map((sender): ChainStep => {
      const routes = inOrder(sender.routes);
      return { kind: 'message', label: `sent by ${sender.thread.name}${inRoutes(routes)}` };
    });
    const [first] = senders;
    const [outer] = first ? inOrder(first.routes) : [];
    return first && outer !== undefined ? [...steps, ...stepsFrom(first.thread, outer, left - 1)] : steps;
  };
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  return {
    of: (id, route) => {
      const thread = byId.get(id);
      return thread ? stepsFrom(thread, route, MAX_STEPS) : [];
    },
  };
}

/** Each message that came to a thread and whose other end is known, as it came and as it was sent, with its sender. */
export function* messagesTo(
  { messages }: ThreadPasses,
  sentBy: SentBy,
): Generator<{ received: MessageRecord; sent: MessageRecord; sender: LinkedThread }> {
  for (const [channel, end] of messages.received) {
    const other = sentBy.get(channel);
    if (!other) continue;
    const sentAs = sentNumbers(other.end, end);
    for (const received of end.messages) {
      const sent = sentAs(received.number);
      if (sent) yield { received, sent, sender: other.thread };
    }
  }
}

type SentBy = ReadonlyMap<number, { thread: LinkedThread; end: ChannelEnd }>;

/** The sending end of each channel, with its thread. */
export function whoSent(threads: readonly LinkedThread[]): SentBy {
  const sentBy = new Map<number, { thread: LinkedThread; end: ChannelEnd }>();
  for (const thread of threads) {
    for (const [channel, end] of thread.passes.messages.sent) sentBy.set(channel, { thread, end });
  }
  return sentBy;
}

function collect({ passes }: LinkedThread, route: string, sentBy: SentBy): Sender[] {
  const senders = new Map<string, Sender>();
  for (const { received, sent, sender: thread } of messagesTo(passes, sentBy)) {
    if (passes.requests.route(received.request) !== route) continue;
    const sender = senders.get(thread.id) ?? { thread, count: 0, routes: new Map<string, number>() };
    senders.set(thread.id, sender);
    sender.count++;
    const sentFor = thread.passes.requests.route(sent.request);
    if (sentFor !== undefined) sender.routes.set(sentFor, (sender.routes.get(sentFor) ?? 0) + 1);
  }
  return [...senders.values()].sort((a, b) => b.count - a.count);
}

/** The message that was sent, by the number under which it came. */
function sentNumbers(sent: ChannelEnd, received: ChannelEnd): (number: number) => MessageRecord | undefined {
  const byNumber = new Map(sent.messages.map((message) => [message.number, message]));
  const shift = sent.whole && received.whole ? 0 : shiftBetween(sent.messages, received.messages);
  return (number) => byNumber.get(number + shift);
}

/**
 * Where the two ends were not counted from the same message: nothing comes before it was sent, so of each that came, the
 * last one sent before it is the latest that it can be. The tightest of these holds as soon as the channel was once empty.
 */
function shiftBetween(sent: readonly MessageRecord[], received: readonly MessageRecord[]): number {
  let shift = Infinity;
  let next = 0;
  for (const { number, timeUs } of received) {
    while (next < sent.length && sent[next]!.timeUs <= timeUs) next++;
    if (next > 0) shift = Math.min(shift, sent[next - 1]!.number - number);
  }
  return shift;
}

function inOrder(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort((a, b) => b[1] - a[1]).map(([route]) => route);
}
