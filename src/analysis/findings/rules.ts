import type { FindingRule } from '../measured.ts';
import { blockedLoop } from './blocked-loop.ts';
import { neverSettled } from './never-settled.ts';
import { serialAwaits } from './serial-awaits.ts';
import { slowRequest } from './slow-request.ts';
import { syncIoInRequest } from './sync-io-in-request.ts';
import { unhandledRejection } from './unhandled-rejection.ts';

/** All kinds of findings. A rule sees what the rules above it found. */
export const FINDING_RULES: readonly FindingRule[] = [
  blockedLoop,
  syncIoInRequest,
  serialAwaits,
  neverSettled,
  unhandledRejection,
  slowRequest,
];
