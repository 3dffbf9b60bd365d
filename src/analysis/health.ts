import { millis } from '../base/figures.ts';
import type { Finding, Health, Verdict } from '../model/finding.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { Hold } from './holds.ts';
import type { Heartbeats } from './passes/heartbeats.ts';
import { quantile } from './statistics.ts';
import { formatShare } from './words.ts';

const THRESHOLDS = {
  /** Delay that one timer in a hundred meets, ms, and share of the loop's time in long holds, from which the loop is blocked. */
  delayP99Ms: 50,
  heldShare: 0.1,
  /** Share of time in garbage collection. */
  gc: 0.15,
  /** The loop is never idle, though nothing holds it for long. */
  saturated: 0.9,
  /** The loop does nothing to speak of. */
  idle: 0.02,
  /** Requests that spend this share of their time waiting, not running. */
  waiting: 0.8,
};

/** What the verdict is made from. */
export interface HealthInputs {
  heartbeats: Heartbeats;
  /** Share of time that the loop was not idle, by the CPU profile. */
  busyShare: number | undefined;
  holds: readonly Hold[];
  gcUs: number;
  observedUs: number;
  findings: readonly Finding[];
  /** Requests that came in, the mean duration of those that were answered, and the mean time on the loop of each, ms. */
  requests: { count: number; meanMs: number; runMs: number };
}

/** One word for the state of the loop, with the figures behind it. */
export function judgeHealth(inputs: HealthInputs): Health {
  const delays = inputs.heartbeats.delaysMs();
  const delay = {
    p50: round1(quantile(delays, 0.5)),
    p99: round1(quantile(delays, 0.99)),
    max: round1(delays.at(-1) ?? 0),
  };
  const utilization = inputs.busyShare ?? inputs.heartbeats.utilization();
  const gcShare = Math.min(1, inputs.gcUs / inputs.observedUs);
  const verdict = judge(inputs, delay.p99, utilization, gcShare);
  return {
    verdict,
    message: words(verdict, inputs, delay.p99, utilization, gcShare),
    eventLoopDelayMs: delay,
    utilization: round3(utilization),
    gcShare: round3(gcShare),
  };
}

function judge(inputs: HealthInputs, p99: number, utilization: number, gcShare: number): Verdict {
  const { findings, requests } = inputs;
  if (gcShare >= THRESHOLDS.gc) return 'gc-bound';
  const blocks = findings.some((f) => f.rule === 'blocked-loop' && f.severity !== 'info');
  if (blocks && (p99 >= THRESHOLDS.delayP99Ms || heldShare(inputs) >= THRESHOLDS.heldShare)) return 'blocked';
  if (utilization >= THRESHOLDS.saturated) return 'cpu-saturated';
  if (utilization < THRESHOLDS.idle && requests.count === 0) return 'idle';
  const slow = findings.some((f) => f.rule === 'slow-request' || f.rule === 'serial-awaits');
  if (slow && requests.meanMs > 0 && requests.runMs < requests.meanMs * (1 - THRESHOLDS.waiting)) {
    return 'io-bound';
  }
  return 'healthy';
}

function words(
  verdict: Verdict,
  inputs: HealthInputs,
  p99: number,
  utilization: number,
  gcShare: number,
): string {
  const busy = `the loop was busy ${formatShare(utilization)} of the time`;
  const delayed = `99 % of timers were at most ${millis(p99)} late`;
  switch (verdict) {
    case 'blocked':
      return `Blocked: ${formatShare(heldShare(inputs))} of the time went into runs of 5 ms and more; ${delayed}.`;
    case 'gc-bound':
      return `Bound by garbage collection: it took ${formatShare(gcShare)} of the time; ${busy}.`;
    case 'cpu-saturated':
      return `Saturated: ${busy} with work that is short in itself; ${delayed}.`;
    case 'io-bound':
      return `Waiting: a request ran ${millis(inputs.requests.runMs)} and took ${millis(inputs.requests.meanMs)}; ${busy}.`;
    case 'idle':
      return `Idle: ${busy} and no request came in.`;
    case 'thread-pool-bound':
      return `Bound by the thread pool: ${busy}; ${delayed}.`;
    case 'healthy':
      return `Healthy: ${busy}; ${delayed}.`;
  }
}

function heldShare({ holds, observedUs }: HealthInputs): number {
  const held = holds.reduce((sum, hold) => sum + microsToMillis(hold.ranUs), 0);
  return Math.min(1, held / microsToMillis(observedUs));
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
