import { count as formatCount, millis } from '../../base/figures.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { lostContexts } from '../contexts/losses.ts';
import type { Loss } from '../contexts/losses.ts';
import type { FindingRule } from '../measured.ts';
import { insideLibrary, locationOf, stepsOf } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatTimes, inRoutes } from '../words.ts';

/** More of the program was looked at than this: what was seen is told as it is, not what it stands for. */
const MOST = 0.9;

/** A callback runs without the AsyncLocalStorage store that was there when it was made. */
export const lostContext: FindingRule = {
  id: 'lost-context',
  find: (measured) => lostContexts(measured).map(describe),
};

function describe(loss: Loss): Finding {
  const { frame, callers, madeIn, name, seen, resource, routes } = loss;
  const storage = name === '' ? 'an AsyncLocalStorage' : `the AsyncLocalStorage '${name}'`;
  const [caller] = callers;
  const own = callers.filter((one) => one.owner === 'own');
  const execution = resource === '' ? '' : `, in the execution of a ${resource},`;
  return {
    rule: 'lost-context',
    severity: 'warning',
    confidence: 'measured',
    message: `The store of ${storage} is gone here: this callback ran without the store that is there where it is made, ${cost(loss)}`,
    location: locationOf(frame),
    evidence: evidenceOf(loss),
    chain: [...stepsOf(own), ...routes.map((label) => ({ kind: 'http-request' as const, label }))],
    related: [
      { message: `made here, where the store was there ${formatTimes(seen)}`, location: locationOf(madeIn) },
      ...(own[0] ? [{ message: `called without it from${execution}`, location: locationOf(own[0]) }] : []),
      ...insideLibrary(caller?.owner === 'package' ? caller : undefined),
    ],
    fix: { title: 'Keep AsyncResource.bind(callback) instead of the callback', edits: [] },
  };
}

/** `all 61 executions that it was seen in, 3.2 ms each with what came of it, in GET /; in the whole recording about 1,200, 4.0 s` */
function cost(loss: Loss): string {
  const { count, ran, runsUs, routes, looked } = loss;
  const often = `${count === ran ? `all ${count}` : `${count} of the ${ran}`} executions that it was seen in`;
  const known = runsUs.length > 0;
  const each = known ? `, ${millis(microsToMillis(meanUs(loss)))} each with what came of it` : '';
  const total = known ? `, ${millis(microsToMillis(about((meanUs(loss) * count) / looked)))}` : '';
  const whole =
    looked < MOST ? `; in the whole recording about ${formatCount(about(count / looked))}${total}` : '';
  return `${often}${each}${inRoutes(routes)}${whole}${answeredSo(loss)}`;
}

function answeredSo({ answered: { all, lost }, looked }: Loss): string {
  if (lost === 0) return '';
  const known = looked >= MOST;
  if (known ? lost === all : lost / looked >= all * MOST)
    return `; ${known ? '' : 'nearly '}all ${formatCount(all)} requests were answered so`;
  const requests = known ? formatCount(lost) : `about ${formatCount(about(lost / looked))}`;
  return `; ${requests} of ${formatCount(all)} requests were answered so`;
}

/** Count and total are of the whole recording, as far as what was seen stands for it. */
function evidenceOf(loss: Loss): Evidence {
  const { count, runsUs, routes, looked } = loss;
  const share = looked < MOST ? looked : 1;
  const runs = ascending(runsUs.map(microsToMillis));
  return {
    count: Math.round(count / share),
    totalMs: round1(microsToMillis((meanUs(loss) * count) / share)),
    maxMs: round1(runs.at(-1) ?? 0),
    p99Ms: round1(quantile(runs, 0.99)),
    loopShare: 0,
    routes,
  };
}

function meanUs({ runsUs }: Loss): number {
  return runsUs.length === 0 ? 0 : runsUs.reduce((sum, us) => sum + us, 0) / runsUs.length;
}

/** To two digits: more of them would claim more than is known. */
function about(n: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return Math.round(n / unit) * unit;
}
