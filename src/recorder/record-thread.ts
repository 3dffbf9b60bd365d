import type { AttachedTarget, SourceLocator } from '../inspector/ports.ts';
import { EVENT_WORDS } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import { createAgentStacks } from './agent-stacks.ts';
import { createDelayWindow } from './delay-window.ts';
import { takeMessage } from './messages.ts';
import { convertProfile, cutProfile, overheadShare } from './profile.ts';
import type { RecordingTablesWriter } from './tables.ts';
import { createThreadEvents } from './thread-events.ts';

/**
 * Without a look from inside the process, a heartbeat that is missing for this long means a held thread, ms: two beats and
 * what events take to get here, by a local socket or through the inspector, which may be far away.
 */
const SILENCE_MS = { socket: 50, binding: 100 };
/** How often it is looked whether one is missing, and the least distance of two readings of one held loop, ms. */
const LOOK_MS = 10;
const READ_AGAIN_MS = 50;
/** How long a thread that ends is kept to tell where its code comes from, ms. */
const PLACES_MS = 200;
/** Without a heartbeat for this long when recording ends, the loop is taken to be held, ms. */
const HELD_MS = 1000;

export interface RecordThreadPorts {
  writer: RecordingWriter;
  locator: SourceLocator;
  tables: RecordingTablesWriter;
  /** The recording's clock origin on the clock that all processes of a host share, µs. */
  originUs: number;
  /** How often profiles are taken out of the process, ms. */
  profileRotationMs: number;
  onProblem: (problem: Problem) => void;
}

/** What is known of a thread while it is recorded. */
export interface ThreadFigures {
  events: number;
  dropped: number;
  /** 99th percentile of its heartbeats' lateness in the last second, µs. */
  delayP99Us: number;
  /** Our own time on it, and the CPU time of its process, µs. */
  ownUs: number;
  cpuUs: number;
}

/** A thread that is being recorded. */
export interface RecordedThread {
  figures: () => ThreadFigures;
  /** Takes agent and profile out and writes what they still had. Resolves when that has its place in the recording. */
  finish: () => Promise<ThreadEnd>;
  /**
   * The same, but resolves when the thread is needed no more: agent and profile are out, and it had a moment to say where its
   * code comes from. A process that ends is not held by other processes that are asked, too: one of them may wait for its end.
   */
  leave: () => Promise<void>;
}

export interface ThreadEnd {
  /** The last that is known of it, µs since the recording's clock origin. */
  endUs: number;
  dropped: number;
  /** As the agent counted; undefined when it died before it could say. */
  produced: number | undefined;
  /** Our own share of its busy time, by each of its profiles. */
  shares: { share: number; samples: number }[];
}

/** Writes what one thread's agent and profiler say. The first thread is the one that the header describes. */
export async function recordThread(
  target: AttachedTarget,
  place: 'first' | 'further',
  { writer, locator, tables, originUs, profileRotationMs, onProblem }: RecordThreadPorts,
): Promise<RecordedThread> {
  const { info, id } = target;
  const shiftUs = info.originUs - originUs;
  const thread = place === 'first' ? undefined : id;
  const delays = createDelayWindow();
  const stacks = createAgentStacks(tables);
  const state = { events: 0, dropped: 0, ownUs: 0, cpuUs: 0, beatAt: performance.now() };
  const shares: ThreadEnd['shares'] = [];

  const events = createThreadEvents({
    shiftUs,
    tables,
    stackId: stacks.id,
    onHeartbeat: (lateUs) => {
      state.beatAt = performance.now();
      delays.add(lateUs);
    },
    onDropped: (count) => (state.dropped += count),
    put: (words) => {
      state.events += words.length / EVENT_WORDS;
      writer.events({ thread: id, words });
    },
  });
  const ports = {
    id,
    place,
    shiftUs,
    writer,
    tables,
    stacks,
    events,
    onCost: (ownUs: number, cpuUs: number) => {
      state.ownUs += ownUs;
      state.cpuUs += cpuUs;
    },
    onProblem,
  };

  const startProfile = async (): Promise<void> => {
    if (target.profileUs === 'off') return;
    try {
      await target.startProfile();
    } catch (error) {
      onProblem({
        code: 'profile-missing',
        message: `No CPU profile could be taken of ${target.name} (${String(error)}): blocking lines come from sampled stacks only.`,
      });
    }
  };
  const takeProfile = async (onTaken: () => void = () => undefined, untilUs = Infinity): Promise<void> => {
    const whole = await target.stopProfile();
    onTaken();
    if (!whole || target.profileUs === 'off') return;
    const raw = cutProfile(whole, untilUs + originUs);
    const share = overheadShare(raw);
    if (Number.isFinite(share)) shares.push({ share, samples: raw.samples?.length ?? 0 });
    const profile = await convertProfile(raw, originUs, target.profileUs, tables, locator);
    writer.profile(thread === undefined ? profile : { thread, ...profile });
  };

  const reading = { underWay: false, at: -Infinity };
  const readSilence = async (): Promise<void> => {
    const now = performance.now();
    const heldMs = now - state.beatAt;
    if (reading.underWay || heldMs < SILENCE_MS[target.transport] || now - reading.at < READ_AGAIN_MS) return;
    reading.underWay = true;
    const frames = await target.readStack();
    reading.underWay = false;
    reading.at = performance.now();
    if (frames.length === 0) return;
    writer.stall({
      ...(thread !== undefined && { thread }),
      timeUs: events.lastUs() + Math.round(heldMs * 1000),
      heldUs: Math.round(heldMs * 1000),
      stack: tables.stack(frames),
    });
  };

  for (const problem of info.problems) onProblem(problem);
  await startProfile();
  const listening = [
    target.onMessages((list) => {
      for (const message of list) takeMessage(message, ports);
    }),
    target.onEvents(events.add),
  ];
  const silence =
    target.stallsFrom === 'outside' ? setInterval(() => void readSilence(), LOOK_MS) : undefined;
  const rotation = setInterval(() => void takeProfile().then(startProfile), profileRotationMs);

  let markOut = (): void => undefined;
  const out = new Promise<void>((resolve) => (markOut = resolve));
  const finish = async (): Promise<ThreadEnd> => {
    clearInterval(silence);
    clearInterval(rotation);
    // The agent first: what it did for us while leaving is not the program's.
    const summary = await target.stop(performance.now() - state.beatAt > HELD_MS ? 'held' : 'turning');
    events.end();
    stacks.end();
    await takeProfile(markOut, summary?.endUs);
    for (const subscription of listening) subscription.dispose();
    if (!summary) return { endUs: events.lastUs(), dropped: state.dropped, produced: undefined, shares };
    // What was under way when the time for leaving was over is lost, too.
    const lost = Math.max(0, summary.produced - state.events);
    return {
      endUs: summary.endUs + shiftUs,
      dropped: summary.dropped + lost,
      produced: summary.produced + summary.dropped,
      shares,
    };
  };
  let finished: Promise<ThreadEnd> | undefined;
  const finishOnce = (): Promise<ThreadEnd> => (finished ??= finish());
  return {
    figures: () => ({ ...state, delayP99Us: delays.p99() }),
    finish: finishOnce,
    leave: async () => {
      await Promise.race([finishOnce(), out.then(() => later(PLACES_MS))]);
    },
  };
}

/** Resolves after `ms`. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
