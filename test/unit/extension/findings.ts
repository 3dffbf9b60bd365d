import type { Evidence, Finding } from '../../../src/model/finding.ts';

/** A measured finding on line 3, with what a test cares about changed. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: 'blocked-loop',
    severity: 'error',
    confidence: 'measured',
    message: 'Blocked the event loop.',
    location: { file: '/app/server.js', line: 3, column: 1 },
    chain: [],
    related: [],
    ...changes,
  };
}

/** Evidence with what a test cares about changed. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return { count: 1, totalMs: 10, maxMs: 10, p99Ms: 10, loopShare: 0, routes: [], ...changes };
}
