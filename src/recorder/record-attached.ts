import type { Log } from '../base/log.ts';
import { EVENT_WORDS, Op } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import type { RecordingTrailer } from '../model/recording.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import type { AgentMessage, AttachedTarget, SourceLocator, TargetEnd } from '../inspector/ports.ts';
import { createAgentStacks } from './agent-stacks.ts';
import { createDelayWindow } from './delay-window.ts';
import { convertProfile, overheadShare } from './profile.ts';
import { createTables } from './tables.ts';

const THREAD = 'main';
const PROFILE_INTERVAL_US = 1000;
/** A profile grows in the user's process: it is taken out this often, ms. */
const PROFILE_ROTATION_MS = 60_000;
const PROGRESS_MS = 200;
/** Without a worker in the process, silence for this long means that its main thread is held, ms. */
const SILENCE_MS = 100;

export interface RecordAttachedOptions {
  durationMs?: number;
  signal?: AbortSignal;
  log: Log;
  /** What is known now; called about five times a second. */
  onProgress: (progress: {
    elapsedMs: number;
    events: number;
    dropped: number;
    delayP99Ms: number;
    overheadShare: number;
  }) => void;
}

/**
 * Writes what an attached process says until the time is over, the signal comes, or the process ends; then takes the
 * agent out. Leaves closing the target to the caller. The recording is complete when this resolves; it does not
 * reject because of the target: what it had said is kept.
 */
export async function recordAttached(
  target: AttachedTarget,
  writer: RecordingWriter,
  locator: SourceLocator,
  options: RecordAttachedOptions,
): Promise<RecordingTrailer> {
  const { info } = target;
  const tables = createTables(writer, locator);
  const delays = createDelayWindow();
  const problems: Problem[] = [...info.problems];
  const stacks = createAgentStacks(tables);
  const state = { events: 0, dropped: 0, lastUs: 0, ownUs: 0, cpuUs: 0, heardAt: performance.now() };

  const onEvents = (words: Int32Array): void => {
    state.heardAt = performance.now();
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      const op = words[at]! & 0xff;
      if (op === Op.Heartbeat) {
        state.lastUs = words[at + 2]! >>> 0;
        delays.add(words[at + 1]!);
      } else if (op === Op.WaitSample || op === Op.Pending) {
        words[at + 3] = stacks.id(words[at + 3]!);
      } else if (op === Op.Dropped) {
        state.dropped += words[at + 1]!;
      }
    }
    state.events += words.length / EVENT_WORDS;
    writer.events({ thread: THREAD, words });
  };

  const onMessage = (message: AgentMessage): void => {
    switch (message.t) {
      case 'type':
        writer.tables({ types: [message.name] });
        return;
      case 'label':
        writer.tables({ labels: [message.text] });
        return;
      case 'stack':
        stacks.arrived(message.i, message.frames);
        return;
      case 'stall': {
        writer.stall({
          timeUs: message.time,
          heldUs: message.held,
          stack: tables.stack(message.frames),
        });
        return;
      }
      case 'rejection': {
        writer.rejection({
          timeUs: message.time >>> 0,
          reason: message.reason,
          stack: tables.stack(message.frames),
          fatal: message.fatal,
        });
        return;
      }
      case 'cost':
        state.ownUs += message.us;
        state.cpuUs += message.cpuUs;
        return;
      case 'problem':
        problems.push({ code: message.code, message: message.message });
        return;
    }
  };

  const startProfile = async (): Promise<void> => {
    try {
      await target.startProfile(PROFILE_INTERVAL_US);
    } catch (error) {
      problems.push({
        code: 'profile-missing',
        message: `No CPU profile could be taken (${String(error)}): blocking lines come from sampled stacks only.`,
      });
    }
  };
  const takeProfile = async (): Promise<void> => {
    const raw = await target.stopProfile();
    if (!raw) return;
    const share = overheadShare(raw);
    if (Number.isFinite(share)) shares.push({ share, samples: raw.samples?.length ?? 0 });
    writer.profile(await convertProfile(raw, info.originUs, PROFILE_INTERVAL_US, tables, locator));
  };
  const shares: { share: number; samples: number }[] = [];

  await startProfile();
  const startedAt = performance.now();
  const listening = [target.onMessages((list) => list.forEach(onMessage)), target.onEvents(onEvents)];

  const progress = setInterval(() => {
    options.onProgress({
      elapsedMs: performance.now() - startedAt,
      events: state.events,
      dropped: state.dropped,
      delayP99Ms: delays.p99() / 1000,
      overheadShare: state.cpuUs > 0 ? state.ownUs / state.cpuUs : 0,
    });
  }, PROGRESS_MS);
  const silence =
    target.transport === 'binding' ? setInterval(() => void readSilence(), SILENCE_MS / 2) : undefined;
  let asking = false;
  const readSilence = async (): Promise<void> => {
    const heldMs = performance.now() - state.heardAt;
    if (asking || heldMs < SILENCE_MS) return;
    asking = true;
    const frames = await target.readStack();
    asking = false;
    if (frames.length === 0) return;
    writer.stall({
      timeUs: state.lastUs + Math.round(heldMs * 1000),
      heldUs: Math.round(heldMs * 1000),
      stack: tables.stack(frames),
    });
  };
  const rotation = setInterval(() => void takeProfile().then(startProfile), PROFILE_ROTATION_MS);

  let ended: RecordingTrailer['ended'];
  try {
    ended = await until(target.ended, options);
    // By our own clock: a process that is gone cannot tell.
    state.lastUs = Math.max(state.lastUs, Math.round((performance.now() - startedAt) * 1000));
  } finally {
    clearInterval(progress);
    clearInterval(silence);
    clearInterval(rotation);
  }
  // The agent first: what it did for us while leaving is not the program's.
  const summary = await target.stop();
  stacks.end();
  await takeProfile();
  for (const subscription of listening) subscription.dispose();
  await tables.settled();

  const trailer: RecordingTrailer = {
    durationUs: summary?.endUs ?? state.lastUs,
    events: state.events,
    dropped: Math.max(state.dropped, summary?.dropped ?? 0),
    ended,
    overheadShare: profiledShare(shares) ?? (state.cpuUs > 0 ? state.ownUs / state.cpuUs : 0),
    problems,
  };
  await writer.end(trailer);
  return trailer;
}

async function until(
  ended: Promise<TargetEnd>,
  { durationMs, signal }: Pick<RecordAttachedOptions, 'durationMs' | 'signal'>,
): Promise<RecordingTrailer['ended']> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await Promise.race([
      ended,
      new Promise<'stopped'>((resolve) => {
        onAbort = () => resolve('stopped');
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      }),
      new Promise<'duration'>((resolve) => {
        if (durationMs !== undefined) timer = setTimeout(() => resolve('duration'), durationMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** Mean of the profiles' shares, by their number of samples. */
function profiledShare(shares: { share: number; samples: number }[]): number | undefined {
  const samples = shares.reduce((sum, entry) => sum + entry.samples, 0);
  return samples === 0
    ? undefined
    : shares.reduce((sum, entry) => sum + entry.share * entry.samples, 0) / samples;
}
