/** The body of a `stopped` event. */
export interface StoppedBody {
  reason: string;
  hitBreakpointIds?: number[];
}

/**
 * Whether a stop that a debugger tells of has its cause in that debugger: one of its breakpoints, an exception, or that it
 * was asked to pause or step. It says `pause` or `step` also for stops of others.
 */
export function isOwnStop(body: StoppedBody | undefined, asked: boolean): boolean {
  if (!body || asked || (body.hitBreakpointIds?.length ?? 0) > 0) return true;
  return body.reason !== 'pause' && body.reason !== 'step';
}
