import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { PoolUse } from '../passes/pool.ts';
import { heaviestPlace, locationOf, ownFrames, stepsOf } from '../places.ts';
import { poolFigures } from '../pool-figures.ts';
import type { PoolFigures } from '../pool-figures.ts';
import { waitKindOf } from '../wait-kinds.ts';
import { formatShare } from '../words.ts';

/** Tasks of files, crypto, compression or name look-ups wait for a thread of libuv's pool. */
export const threadPoolSaturated: FindingRule = {
  id: 'thread-pool-saturated',
  find: (measured, _earlier, problems) => {
    const figures = poolFigures(measured);
    const { busiest } = figures;
    if (!figures.saturated || !busiest) return [];
    const frames = askedAt(busiest, measured);
    const [at, ...outer] = frames;
    if (!at) {
      problems.push({
        code: 'thread-pool-without-place',
        message: `thread-pool-saturated: ${sentence(figures, measured)}. It was not seen which line asks for them.`,
      });
      return [];
    }
    return [describe(at, outer, figures, measured)];
  },
};

function describe(at: Frame, outer: readonly Frame[], figures: PoolFigures, measured: Measured): Finding {
  return {
    rule: 'thread-pool-saturated',
    severity: figures.meanQueueMs >= 50 || figures.fullShare >= 0.5 ? 'warning' : 'info',
    confidence: 'measured',
    message: `${sentence(figures, measured)}; most of the threads' time goes to ${WORK[waitKindOf(measured.tables.types[figures.busiest!.type] ?? '')] ?? 'tasks'} asked for here. Ask for fewer at once, or set UV_THREADPOOL_SIZE`,
    location: locationOf(at),
    evidence: {
      count: figures.tasks,
      totalMs: round1(figures.queuedMs),
      maxMs: round1(figures.longestQueueMs),
      p99Ms: round1(figures.longestQueueMs),
      loopShare: 0,
      routes: [],
    },
    chain: stepsOf(outer),
    related: [],
  };
}

const WORK: Partial<Record<ReturnType<typeof waitKindOf>, string>> = {
  fs: 'file operations',
  crypto: 'crypto jobs',
  zlib: 'compression',
  dns: 'name look-ups',
};

function sentence(
  { tasks, meanQueueMs, meanServiceMs, fullShare }: PoolFigures,
  { header }: Measured,
): string {
  return `${tasks} tasks waited ${millis(meanQueueMs)} each for one of the pool's ${header.target.threadPoolSize} threads, then took ${millis(meanServiceMs)}; all threads were busy ${formatShare(fullShare)} of the time`;
}

/** Where tasks of this type are asked for: by their creation, else by who was seen waiting for one. */
function askedAt({ type }: PoolUse, measured: Measured): Frame[] {
  const { births, waits, tables } = measured;
  const created = heaviestPlace(
    [...births.all()]
      .filter((birth) => birth.type === type)
      .map(({ stack, weight }) => ({ frames: ownFrames(stack, tables), weight })),
  );
  if (created) return created.frames;
  const waiting = waits.samples.filter((sample) => sample.wakerType === type);
  const innermost = waiting.filter((sample) => sample.innermost);
  const places = (innermost.length > 0 ? innermost : waiting).map(({ stack, weight }) => ({
    frames: ownFrames(stack, tables),
    weight,
  }));
  return heaviestPlace(places)?.frames ?? [];
}
