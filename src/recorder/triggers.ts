import { EVENT_WORDS, Op } from '../model/event.ts';
import type { RecordingWriter } from '../recording/contract.ts';

/** What ends a flight recording. */
export type Trigger =
  /** The event loop of a thread was held for longer than this, ms. */
  | { kind: 'delay'; overMs: number }
  /** A rejection that nobody handled. */
  | { kind: 'rejection' };

/**
 * The same writer, and `onFired` is called with the beginning of a sentence when a trigger fires, once. Starting up is not
 * what anybody waits for: a thread's delays count from its first heartbeat on.
 */
export function watchTriggers(
  writer: RecordingWriter,
  triggers: readonly Trigger[],
  onFired: (what: string) => void,
): RecordingWriter {
  const delays = triggers.flatMap((trigger) => (trigger.kind === 'delay' ? [trigger.overMs] : []));
  const overUs = Math.min(...delays) * 1000;
  const onRejection = triggers.some(({ kind }) => kind === 'rejection');
  const beating = new Set<string>();
  let fired = false;
  const fire = (what: string): void => {
    if (fired) return;
    fired = true;
    onFired(what);
  };
  const lookForDelay = (thread: string, words: Int32Array): void => {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      if ((words[at]! & 0xff) !== Op.Heartbeat) continue;
      const lateUs = words[at + 1]!;
      if (beating.has(thread) && lateUs > overUs)
        fire(`the event loop of ${thread} was ${millis(lateUs)} late`);
      beating.add(thread);
    }
  };

  return {
    events: (batch) => {
      if (!fired && delays.length > 0) lookForDelay(batch.thread, batch.words);
      writer.events(batch);
    },
    stall: (stall) => {
      writer.stall(stall);
      const thread = stall.thread ?? 'main';
      if (beating.has(thread) && stall.heldUs > overUs) {
        fire(`the event loop of ${thread} had been held for ${millis(stall.heldUs)}`);
      }
    },
    rejection: (rejection) => {
      writer.rejection(rejection);
      if (onRejection) fire(`nobody handled the rejection "${rejection.reason.slice(0, MAX_REASON)}"`);
    },
    tables: (added) => writer.tables(added),
    profile: (profile) => writer.profile(profile),
    note: (note) => writer.note(note),
    end: (trailer) => writer.end(trailer),
    get backlog() {
      return writer.backlog;
    },
  };
}

const MAX_REASON = 120;

const millis = (us: number): string => `${(us / 1000).toFixed(0)} ms`;
