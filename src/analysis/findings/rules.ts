import type { FindingRule } from '../measured.ts';
import { blockedLoop } from './blocked-loop.ts';
import { cpuSaturated } from './cpu-saturated.ts';
import { exitWithPendingAwait } from './exit-with-pending-await.ts';
import { floatingPromise } from './floating-promise.ts';
import { gcPressure } from './gc-pressure.ts';
import { handleLeak } from './handle-leak.ts';
import { intervalOverlap } from './interval-overlap.ts';
import { listenerGrowth } from './listener-growth.ts';
import { lostContext } from './lost-context.ts';
import { microtaskStarvation } from './microtask-starvation.ts';
import { neverSettled } from './never-settled.ts';
import { rejectionHandledLate } from './rejection-handled-late.ts';
import { responseNotEnded } from './response-not-ended.ts';
import { serialAwaits } from './serial-awaits.ts';
import { slowRequest } from './slow-request.ts';
import { syncIoInRequest } from './sync-io-in-request.ts';
import { threadPoolSaturated } from './thread-pool-saturated.ts';
import { timerDrift } from './timer-drift.ts';
import { unboundedConcurrency } from './unbounded-concurrency.ts';
import { unhandledRejection } from './unhandled-rejection.ts';

/** All kinds of findings. A rule sees what the rules above it found. */
export const FINDING_RULES: readonly FindingRule[] = [
  microtaskStarvation,
  gcPressure,
  blockedLoop,
  syncIoInRequest,
  cpuSaturated,
  serialAwaits,
  neverSettled,
  responseNotEnded,
  exitWithPendingAwait,
  unhandledRejection,
  rejectionHandledLate,
  floatingPromise,
  threadPoolSaturated,
  unboundedConcurrency,
  listenerGrowth,
  lostContext,
  handleLeak,
  timerDrift,
  intervalOverlap,
  slowRequest,
];
