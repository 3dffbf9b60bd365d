import type { AttachedGroup, AttachedTarget, SourceLocator, TargetEnd } from '../inspector/ports.ts';
import type { Log } from '../base/log.ts';
import type { Problem } from '../model/problem.ts';
import type { RecordingTrailer } from '../model/recording.ts';
import type { RecordingWriter } from '../recording/contract.ts';
import { recordThread } from './record-thread.ts';
import type { RecordedThread, RecordThreadPorts, ThreadEnd } from './record-thread.ts';
import { createTables } from './tables.ts';

const PROGRESS_MS = 200;
/** A profile grows in the user's process: it is taken out this often, ms. */
const PROFILE_ROTATION_MS = 60_000;

export interface RecordAttachedOptions {
  durationMs?: number;
  signal?: AbortSignal;
  /** How often CPU profiles are taken out of the process, ms; default: once a minute. */
  profileRotationMs?: number | undefined;
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
 * Writes what a group of attached threads says until the time is over, the signal comes, or the group ends; then takes
 * the agents out. Leaves closing the group to the caller. The recording is complete when this resolves; it does not
 * reject because of the target: what it had said is kept.
 */
export async function recordAttached(
  group: AttachedGroup,
  writer: RecordingWriter,
  locator: SourceLocator,
  options: RecordAttachedOptions,
): Promise<RecordingTrailer> {
  const { first } = group;
  const tables = createTables(writer, locator);
  const problems: Problem[] = [];
  const onProblem = (problem: Problem): void => {
    if (!problems.some(({ message }) => message === problem.message)) problems.push(problem);
  };
  const { profileRotationMs = PROFILE_ROTATION_MS } = options;
  const ports = { writer, locator, tables, originUs: first.info.originUs, profileRotationMs, onProblem };
  const startedAt = performance.now();
  const main = await recordThread(first, 'first', ports);
  // A process that is about to exit waits until we have left it.
  void first.ended.then(async () => {
    await main.leave();
    await first.close();
  });
  const further = followFurther(group, ports, options.log);
  const threads = (): RecordedThread[] => [main, ...further.threads];

  const progress = setInterval(() => {
    options.onProgress({ elapsedMs: performance.now() - startedAt, ...figures(threads()) });
  }, PROGRESS_MS);

  let ended: RecordingTrailer['ended'];
  let elapsedUs: number;
  try {
    ended = await until(group.ended, options);
    // By our own clock: a process that is gone cannot tell.
    elapsedUs = Math.round((performance.now() - startedAt) * 1000);
  } finally {
    clearInterval(progress);
  }
  await group.stopFollowing();
  const [mainEnd, furtherEnds] = await Promise.all([main.finish(), further.finish()]);
  await tables.settled();

  const ends = [mainEnd, ...furtherEnds];
  const now = figures(threads());
  const trailer: RecordingTrailer = {
    durationUs: Math.max(elapsedUs, ...ends.map(({ endUs }) => endUs)),
    events: now.events,
    dropped: ends.reduce((sum, { dropped }) => sum + dropped, 0),
    ...(ends.every(({ produced }) => produced !== undefined) && {
      produced: ends.reduce((sum, { produced = 0 }) => sum + produced, 0),
    }),
    ended,
    overheadShare: profiledShare(ends.flatMap(({ shares }) => shares)) ?? now.overheadShare,
    problems: [...problems, ...group.problems()],
  };
  await writer.end(trailer);
  return trailer;
}

interface Further {
  readonly threads: readonly RecordedThread[];
  finish: () => Promise<ThreadEnd[]>;
}

/** Records the group's further threads as they appear; one that ends before the recording does is let go at once. */
function followFurther(group: AttachedGroup, ports: RecordThreadPorts, log: Log): Further {
  const threads: RecordedThread[] = [];
  const starting = new Set<Promise<void>>();

  const take = async (target: AttachedTarget): Promise<void> => {
    const { info } = target;
    ports.writer.note({
      kind: 'thread',
      thread: target.id,
      timeUs: info.originUs - ports.originUs,
      name: target.name,
      pid: info.pid,
      node: info.node,
      script: info.script,
      attachedLate: target.attachedLate,
    });
    const thread = await recordThread(target, 'further', ports);
    threads.push(thread);
    void target.ended.then(async () => {
      await thread.leave();
      await target.close();
    });
  };
  const subscription = group.onFurther((target) => {
    const started = take(target).catch((error: unknown) => {
      log.warn(`${target.name} is not recorded: ${String(error)}`);
    });
    starting.add(started);
    void started.then(() => starting.delete(started));
  });

  return {
    threads,
    finish: async () => {
      subscription.dispose();
      await Promise.all(starting);
      return Promise.all(threads.map((thread) => thread.finish()));
    },
  };
}

function figures(threads: readonly RecordedThread[]): {
  events: number;
  dropped: number;
  delayP99Ms: number;
  overheadShare: number;
} {
  const all = threads.map((thread) => thread.figures());
  const sum = (of: (figures: (typeof all)[number]) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  const cpuUs = sum((one) => one.cpuUs);
  return {
    events: sum((one) => one.events),
    dropped: sum((one) => one.dropped),
    delayP99Ms: Math.max(...all.map((one) => one.delayP99Us)) / 1000,
    overheadShare: cpuUs > 0 ? sum((one) => one.ownUs) / cpuUs : 0,
  };
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
