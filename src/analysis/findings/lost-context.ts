import type { Finding } from '../../model/finding.ts';
import { lostContexts } from '../contexts/losses.ts';
import type { Loss } from '../contexts/losses.ts';
import type { FindingRule } from '../measured.ts';
import { insideLibrary, locationOf, stepsOf } from '../places.ts';
import { formatTimes, inRoutes } from '../words.ts';

/** A callback runs without the AsyncLocalStorage store that was there when it was made. */
export const lostContext: FindingRule = {
  id: 'lost-context',
  find: (measured) => lostContexts(measured).map(describe),
};

function describe({ frame, callers, madeIn, name, count, seen, resource, routes }: Loss): Finding {
  const storage = name === '' ? 'an AsyncLocalStorage' : `the AsyncLocalStorage '${name}'`;
  const [caller] = callers;
  const own = callers.filter((one) => one.owner === 'own');
  const execution = resource === '' ? '' : `, in the execution of a ${resource},`;
  return {
    rule: 'lost-context',
    severity: 'warning',
    confidence: 'measured',
    message: `The store of ${storage} is gone here: this callback ran ${formatTimes(count)} without the store that is there where it is made${inRoutes(routes)}`,
    location: locationOf(frame),
    evidence: { count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes },
    chain: [...stepsOf(own), ...routes.map((label) => ({ kind: 'http-request' as const, label }))],
    related: [
      { message: `made here, where the store was there ${formatTimes(seen)}`, location: locationOf(madeIn) },
      ...(own[0] ? [{ message: `called without it from${execution}`, location: locationOf(own[0]) }] : []),
      ...insideLibrary(caller?.owner === 'package' ? caller : undefined),
    ],
    fix: { title: 'Keep AsyncResource.bind(callback) instead of the callback', edits: [] },
  };
}
