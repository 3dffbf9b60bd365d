import { microsToMillis } from '../model/units.ts';
import { heldShareOf, utilizationOf } from './loop-figures.ts';
import type { Measured } from './measured.ts';
import type { PoolUse } from './passes/pool.ts';
import { ascending, quantile } from './statistics.ts';

/** How the thread pool was used. */
export interface PoolFigures {
  saturated: boolean;
  tasks: number;
  /** All waiting together, and the longest, ms. */
  queuedMs: number;
  longestQueueMs: number;
  /** Mean time that a task waited for a thread, and that it took with one, ms. */
  meanQueueMs: number;
  meanServiceMs: number;
  /** Share of the time in which tasks waited, 0..1. */
  fullShare: number;
  /** The type whose tasks had the threads most of the time. */
  busiest: PoolUse | undefined;
}

/** Sums up the tasks of the pool, and says whether they waited for threads rather than for the loop. */
export function poolFigures(measured: Measured): PoolFigures {
  const { pool, observedUs, thresholds } = measured;
  const limits = thresholds.threadPoolSaturated;
  const figures = pool.figures();
  const uses = [...figures.uses.values()].sort((a, b) => b.servedUs - a.servedUs);
  const tasks = uses.reduce((sum, use) => sum + use.tasks, 0);
  const queuedUs = uses.reduce((sum, use) => sum + use.queuedUs, 0);
  const servedUs = uses.reduce((sum, use) => sum + use.servedUs, 0);
  const longestQueueMs = microsToMillis(Math.max(0, ...uses.map((use) => use.longestQueueUs)));
  const meanQueueMs = microsToMillis(queuedUs) / Math.max(1, tasks);
  const meanServiceMs = microsToMillis(servedUs) / Math.max(1, tasks);
  const fullShare = Math.min(1, figures.fullUs / observedUs);
  const isHeld = heldShareOf(measured) >= limits.heldShare;
  // The end of a task is seen when the loop turns again: where it is held often, a task seems to take as long as a hold.
  const clearMs = Math.max(limits.clearServiceMs, isHeld ? usualHoldMs(measured) : 0);
  const clear = meanServiceMs >= clearMs || (!isHeld && utilizationOf(measured) < limits.busyLoop);
  const saturated =
    tasks >= limits.tasks &&
    meanQueueMs >= limits.queueMs &&
    queuedUs >= (queuedUs + servedUs) * limits.queueShare &&
    fullShare >= limits.fullShare &&
    clear;
  return {
    saturated,
    tasks,
    queuedMs: microsToMillis(queuedUs),
    meanQueueMs,
    longestQueueMs,
    meanServiceMs,
    fullShare,
    busiest: uses[0],
  };
}

/** Nine of ten holds are shorter. */
function usualHoldMs({ holds }: Measured): number {
  return quantile(ascending(holds.map(({ startUs, endUs }) => microsToMillis(endUs - startUs))), 0.9);
}
