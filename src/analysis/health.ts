import { millis } from '../base/figures.ts';
import type { Finding, Health, Verdict } from '../model/finding.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import { gcShareOf, heldShareOf, utilizationOf, workingShareOf } from './loop-figures.ts';
import type { Measured } from './measured.ts';
import { poolFigures } from './pool-figures.ts';
import { quantile } from './statistics.ts';
import { formatShare } from './words.ts';

/** One word for the state of a thread's loop, with the figures behind it. `findings` are those of the same thread. */
export function judgeHealth(measured: Measured, findings: readonly Finding[]): Health {
  const delays = measured.heartbeats.delaysMs(measured.heldUntilUs);
  const delay = {
    p50: round1(quantile(delays, 0.5)),
    p99: round1(quantile(delays, 0.99)),
    max: round1(delays.at(-1) ?? 0),
  };
  const figures: Figures = {
    delayP99Ms: delay.p99,
    utilization: utilizationOf(measured),
    gcShare: gcShareOf(measured),
    heldShare: heldShareOf(measured),
    ...meanRequest(measured),
  };
  const verdict = judge(measured, figures, findings);
  return {
    verdict,
    message: words(verdict, figures, measured),
    eventLoopDelayMs: delay,
    utilization: round3(figures.utilization),
    gcShare: round3(figures.gcShare),
  };
}

/** Index of the worst of several. */
export function mostUnwell(all: readonly Health[]): number {
  let worst = 0;
  all.forEach((health, i) => {
    if (BAD.indexOf(health.verdict) < BAD.indexOf(all[worst]!.verdict)) worst = i;
  });
  return worst;
}

/** The worst first. */
const BAD: Verdict[] = [
  'blocked',
  'gc-bound',
  'cpu-saturated',
  'thread-pool-bound',
  'io-bound',
  'healthy',
  'idle',
];

interface Figures {
  delayP99Ms: number;
  utilization: number;
  gcShare: number;
  /** Share of the time in which the loop was held for 5 ms and more. */
  heldShare: number;
  /** Requests that came in, mean duration of those that were answered, and mean time on the loop of each, ms. */
  requests: number;
  meanMs: number;
  runMs: number;
}

function judge(measured: Measured, figures: Figures, findings: readonly Finding[]): Verdict {
  const limits = measured.thresholds.health;
  const { gcShare, delayP99Ms, utilization, requests, meanMs, runMs } = figures;
  if (gcShare >= limits.gc) return 'gc-bound';
  const blocks = findings.some(
    (f) => HOLDS.has(f.rule) && (f.severity === 'warning' || f.severity === 'error'),
  );
  // Busy with something else, for the most part.
  const saturated = utilization >= limits.saturated && figures.heldShare < utilization * limits.heldOfBusy;
  if (blocks && !saturated && (delayP99Ms >= limits.delayP99Ms || figures.heldShare >= limits.heldShare))
    return 'blocked';
  if (!saturated && delayP99Ms >= limits.delayP99Ms && unnamedShare(measured) >= limits.heldShare)
    return 'blocked';
  if (utilization >= limits.saturated) return 'cpu-saturated';
  if (findings.some((f) => f.rule === 'thread-pool-saturated') || poolFigures(measured).saturated) {
    return 'thread-pool-bound';
  }
  if (utilization < limits.idle && requests === 0) return 'idle';
  const slow = findings.some((f) => f.rule === 'slow-request' || f.rule === 'serial-awaits');
  if (slow && meanMs > 0 && runMs < meanMs * (1 - limits.waiting)) return 'io-bound';
  return 'healthy';
}

const HOLDS = new Set(['blocked-loop', 'microtask-starvation']);

/** Share of the time in holds of which no line is known; 0 where starting alone may be the reason. */
function unnamedShare(measured: Measured): number {
  const { observedUs, hotspots, thresholds } = measured;
  if (microsToMillis(observedUs) < thresholds.observedMs) return 0;
  return heldShareOf(measured) - hotspots.reduce((sum, { totalUs }) => sum + totalUs, 0) / observedUs;
}

function words(verdict: Verdict, figures: Figures, measured: Measured): string {
  const busy = `the loop was busy ${formatShare(figures.utilization)} of the time`;
  const delayed = `99 % of timers were at most ${millis(figures.delayP99Ms)} late`;
  switch (verdict) {
    case 'blocked':
      return `Blocked: ${formatShare(figures.heldShare)} of the time went into runs of 5 ms and more; ${delayed}.`;
    case 'gc-bound':
      return `Bound by garbage collection: it took ${formatShare(figures.gcShare)} of the time; ${busy}.`;
    case 'cpu-saturated':
      if (workingShareOf(measured) < measured.thresholds.cpuSaturated.spinning)
        return `Saturated: an immediate was due ${formatShare(figures.utilization)} of the time, so that the loop never waited; ${delayed}.`;
      return `Saturated: ${busy} with work that is short in itself; ${delayed}.`;
    case 'io-bound':
      return `Waiting: a request ran ${millis(figures.runMs)} and took ${millis(figures.meanMs)}; ${busy}.`;
    case 'idle':
      return `Idle: ${busy} and no request came in.`;
    case 'thread-pool-bound': {
      const { meanQueueMs, fullShare } = poolFigures(measured);
      return `Bound by the thread pool: ${formatShare(fullShare)} of the time tasks waited for one of its ${measured.header.target.threadPoolSize} threads, ${millis(meanQueueMs)} each; ${busy}.`;
    }
    case 'healthy':
      return `Healthy: ${busy}; ${delayed}.`;
  }
}

function meanRequest({ routes }: Measured): { requests: number; meanMs: number; runMs: number } {
  let count = 0;
  let totalMs = 0;
  let runMs = 0;
  let requests = 0;
  for (const route of routes) {
    count += route.durationsMs.length;
    totalMs += route.durationsMs.reduce((sum, ms) => sum + ms, 0);
    requests += route.requests.length;
    runMs += route.runMs * route.requests.length;
  }
  return {
    requests,
    meanMs: count === 0 ? 0 : totalMs / count,
    runMs: requests === 0 ? 0 : runMs / requests,
  };
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
