import { millis } from '../../base/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { IndependentAwaits } from '../../model/source-facts.ts';
import type { SourceLocation } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { medianDurationUs, waitsByLine } from '../waits-by-line.ts';
import type { LineWait, WaitsByLine } from '../waits-by-line.ts';

/** Awaits that do not depend on each other, waited for one after the other, and what that costs. */
export const serialAwaits: FindingRule = {
  id: 'serial-awaits',
  find: (measured) => {
    const waits = waitsByLine(measured);
    return measured.facts.flatMap((fact) =>
      fact.independentAwaits.flatMap(
        (group) => (group.loop ? judgeLoop(group, waits, measured) : judge(group, waits, measured)) ?? [],
      ),
    );
  },
};

interface Step {
  place: SourceLocation;
  wait: LineWait;
}

function judge(group: IndependentAwaits, waits: WaitsByLine, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.serialAwaits;
  const steps = stepsOf(group, waits, limits.requestsAtLine);
  if (steps.length < 2) return undefined;
  const requests = new Set(steps.flatMap(({ wait }) => [...wait.requests]));
  if (requests.size < limits.requests) return undefined;

  const savedUs = serialCost(steps.map(({ wait }) => wait.netUs));
  const share = savedUs / Math.max(1, medianDurationUs(requests, measured));
  if (microsToMillis(savedUs) < limits.savedMs || share < limits.savedShare) return undefined;
  return describe(steps, requests, share, measured);
}

/**
 * A loop whose turns wait for each other, as its waits in the recording show, too. Of several awaits in a turn the one counts that
 * most is waited at: what the others would save comes on top.
 */
function judgeLoop(group: IndependentAwaits, waits: WaitsByLine, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.serialAwaits;
  const [most] = group.awaits
    .flatMap((place) => {
      const wait = waits.turnsAt(place);
      return wait && wait.requests.size >= limits.requests ? [{ place, wait }] : [];
    })
    .sort((a, b) => b.wait.netUs - b.wait.turnUs - (a.wait.netUs - a.wait.turnUs));
  if (!most) return undefined;
  const { place, wait } = most;
  const savedUs = wait.netUs - wait.turnUs;
  const share = savedUs / Math.max(1, medianDurationUs(wait.requests, measured));
  if (microsToMillis(savedUs) < limits.savedMs || share < limits.savedShare) return undefined;
  const all = microsToMillis(wait.medianUs);
  const turn = microsToMillis(wait.turnUs);
  const saved = { savedMs: all - turn, longestMs: turn, share };
  return finding(place, saved, wait.requests, measured, (route) => {
    const turns = Math.max(2, Math.round(wait.medianUs / wait.turnUs));
    return `Waits about ${turns} times ${millis(turn)} in the turns of this loop, ${millis(all)} one after the other${route}; together they would take ${millis(turn)}`;
  });
}

/** The lines of a group at which waits were measured. Two awaits of one line cannot be told apart and count once. */
function stepsOf(group: IndependentAwaits, waits: WaitsByLine, requestsAtLine: number): Step[] {
  const steps: Step[] = [];
  for (const place of group.awaits) {
    const wait = waits.at(place);
    if (!wait || wait.requests.size < requestsAtLine) continue;
    if (!steps.some((step) => step.place.line === place.line)) steps.push({ place, wait });
  }
  return steps;
}

/** What all but the longest cost. */
function serialCost(waits: readonly number[]): number {
  return waits.reduce((sum, us) => sum + us, 0) - Math.max(...waits);
}

function describe(steps: readonly Step[], requests: Set<number>, share: number, measured: Measured): Finding {
  const [first, ...others] = steps;
  const waits = steps.map(({ wait }) => microsToMillis(wait.medianUs));
  const longestMs = Math.max(...waits);
  const saved = { savedMs: serialCost(waits), longestMs, share };
  return {
    ...finding(
      first!.place,
      saved,
      requests,
      measured,
      (route) =>
        `Waits ${waits.map(millis).join(' + ')} one after the other${route}; together they would take ${millis(longestMs)}`,
    ),
    related: others.map(({ place }) => ({ message: 'serial with', location: place })),
  };
}

function finding(
  location: SourceLocation,
  { savedMs, longestMs, share }: { savedMs: number; longestMs: number; share: number },
  requests: Set<number>,
  measured: Measured,
  words: (route: string) => string,
): Finding {
  const routes = routesOf(requests, measured);
  const [route] = routes;
  const limits = measured.thresholds.serialAwaits;
  return {
    rule: 'serial-awaits',
    severity: savedMs >= limits.warnMs || share >= limits.warnShare ? 'warning' : 'info',
    confidence: 'measured',
    message: words(route ? ` in ${route}` : ''),
    location,
    evidence: {
      count: requests.size,
      totalMs: round1(savedMs * requests.size),
      maxMs: round1(longestMs),
      p99Ms: round1(savedMs),
      loopShare: 0,
      routes,
    },
    chain: routes.map((label) => ({ kind: 'http-request' as const, label })),
    related: [],
  };
}

/** The most frequent first. */
function routesOf(requests: Set<number>, measured: Measured): string[] {
  const counts = new Map<string, number>();
  for (const id of requests) {
    const route = measured.requests.route(id);
    if (route !== undefined) counts.set(route, (counts.get(route) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([route]) => route);
}
