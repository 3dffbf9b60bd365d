import { millis } from '../../base/figures.ts';
import type { Finding, WaitKind } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { isLongPoll } from '../event-waits.ts';
import { callsBackAt, handlerOf } from '../handler-place.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { RouteTimes } from '../routes.ts';
import { lineKey, locationOf, ownFrames } from '../places.ts';
import { quantile } from '../statistics.ts';
import { heldWithin } from '../waits-by-line.ts';

/** Requests of a route take long, and most of that at one line that no other finding explains. */
export const slowRequest: FindingRule = {
  id: 'slow-request',
  find: (measured, earlier) =>
    measured.routes.flatMap((times) => {
      const { durationsMs, route } = times;
      const limits = measured.thresholds.slowRequest;
      if (durationsMs.length < limits.requests) return [];
      const slow =
        quantile(durationsMs, 0.5) >= limits.p50Ms ||
        (durationsMs.length >= limits.p99Requests &&
          quantile(durationsMs, 0.99) >= limits.p99Ms &&
          timesApart(times, limits.p99Ms) >= limits.p99Times);
      if (!slow || behindOthersMs(times, measured) >= meanMs(times) * limits.victimShare) return [];
      const place = waitingPlace(times, measured);
      if (!place) return inCallbacks(times, measured, earlier);
      if (isTold(place, route, earlier) || isLongPoll(place.frames[0]!, measured)) return [];
      return [describe(times, place, measured)];
    }),
};

/**
 * No function awaits anything for these requests: their callbacks are called when what they wait for is there. The line is
 * then the handler's, and what is waited for is known by its kind. Handlers that keep responses for later are let alone.
 */
function inCallbacks(times: RouteTimes, measured: Measured, earlier: readonly Finding[]): Finding[] {
  const { route, requests, durationsMs } = times;
  const { waitsFor = [], mean } = measured.breakdowns.of(route) ?? {};
  const [longest] = waitsFor;
  if (!mean || !longest || longest.kind === 'unknown' || longest.kind === 'other-request') return [];
  if (longest.ms < mean.totalMs * measured.thresholds.slowRequest.lineShare) return [];
  const ids = new Set(requests.map(({ id }) => id));
  if (measured.waits.samples.some(({ request, stack }) => stack !== 0 && ids.has(request))) return [];
  const handler = handlerOf(route, requests, measured);
  const location = handler?.seen === 'handler' ? callsBackAt(handler, longest.kind, measured) : undefined;
  if (!handler || !location) return [];
  const isBlocked = (finding: Finding): boolean =>
    finding.rule === 'blocked-loop' && finding.evidence?.routes.includes(route) === true;
  if (earlier.some(isBlocked)) return [];
  const p50 = quantile(durationsMs, 0.5);
  const what = longest.detail ?? WAITS_FOR[longest.kind];
  return [
    {
      rule: 'slow-request',
      severity: p50 >= measured.thresholds.slowRequest.warnP50Ms ? 'warning' : 'info',
      confidence: 'measured',
      message: `${route} takes ${millis(p50)} (1 in 100: ${millis(quantile(durationsMs, 0.99))}): ${millis(longest.ms)} waiting for ${what} in callbacks, ${millis(times.runMs)} running`,
      location,
      evidence: evidenceOf(times),
      chain: [
        ...handler.chain.map((step) => ({ kind: 'call' as const, ...step })),
        { kind: 'http-request', label: route },
      ],
      related: [],
    },
  ];
}

const WAITS_FOR: Record<WaitKind, string> = {
  timer: 'a timer',
  fs: 'files',
  dns: 'name look-ups',
  net: 'the network',
  http: 'HTTP answers',
  'child-process': 'child processes',
  worker: 'workers',
  crypto: 'crypto',
  zlib: 'compression',
  'other-request': 'another request',
  unknown: 'something unknown',
};

function evidenceOf({ durationsMs, route }: RouteTimes): NonNullable<Finding['evidence']> {
  return {
    count: durationsMs.length,
    totalMs: round1(durationsMs.reduce((sum, ms) => sum + ms, 0)),
    maxMs: round1(durationsMs.at(-1)!),
    p99Ms: round1(quantile(durationsMs, 0.99)),
    loopShare: 0,
    routes: [route],
  };
}

/**
 * How many moments it takes at least to explain all slow requests, if each moment slows those that are under way: a single
 * hiccup of the machine does.
 */
function timesApart({ requests }: RouteTimes, slowMs: number): number {
  let count = 0;
  let momentUs = -Infinity;
  for (const { startUs, endUs, status } of [...requests].sort((a, b) => a.endUs - b.endUs)) {
    if (status === 0 || microsToMillis(endUs - startUs) < slowMs || startUs <= momentUs) continue;
    count++;
    momentUs = endUs;
  }
  return count;
}

interface Place {
  /** Innermost own frame first. */
  frames: Frame[];
  /** Share of the route's waiting. */
  share: number;
  /** All lines that wait there or further inside. */
  lines: ReadonlySet<string>;
}

function describe(times: RouteTimes, { frames, share }: Place, measured: Measured): Finding {
  const limits = measured.thresholds.slowRequest;
  const { route, durationsMs, runMs } = times;
  const [at, ...outer] = frames;
  const p50 = quantile(durationsMs, 0.5);
  const p99 = quantile(durationsMs, 0.99);
  const mean = meanMs(times);
  const behind = behindOthersMs(times, measured);
  const waits = Math.max(0, mean - runMs - behind) * share;
  const parts = [
    `${millis(waits)} waiting here`,
    `${millis(runMs)} running`,
    ...(behind >= 1 ? [`${millis(behind)} behind other work`] : []),
  ];
  return {
    rule: 'slow-request',
    severity: p50 >= limits.warnP50Ms ? 'warning' : 'info',
    confidence: 'measured',
    message: `${route} takes ${millis(p50)} (1 in 100: ${millis(p99)}): ${parts.join(', ')}`,
    location: locationOf(at!),
    evidence: evidenceOf(times),
    chain: [
      ...outer.map((frame) => ({ kind: 'await' as const, ...locationOf(frame) })),
      { kind: 'http-request', label: route },
    ],
    related: [],
  };
}

/**
 * Where most of the route's waiting is. All promises of one wait share the outer frames of their stacks, so the outermost
 * own `await` is chosen first; then the chain is followed inwards as long as most of the samples agree.
 */
function waitingPlace({ requests }: RouteTimes, measured: Measured): Place | undefined {
  const limits = measured.thresholds.slowRequest;
  const ids = new Set(requests.map((request) => request.id));
  let stacks: { frames: Frame[]; weight: number }[] = [];
  for (const sample of measured.waits.samples) {
    if (!ids.has(sample.request)) continue;
    const frames = ownFrames(sample.stack, measured.tables);
    if (frames.length > 0) stacks.push({ frames, weight: sample.weight });
  }
  if (stacks.length < limits.samples) return undefined;
  const all = weightOf(stacks);
  let found: Frame[] = [];
  let share = 0;
  for (let depth = 1; ; depth++) {
    const branch = heaviestBranch(stacks, depth);
    if (!branch) break;
    const weight = weightOf(branch);
    const ending = weightOf(stacks.filter(({ frames }) => frames.length < depth));
    const going = depth === 1 ? all : weightOf(stacks) - ending;
    if (weight < going * limits.lineShare || weight < ending * limits.nestedShare) break;
    if (depth === 1) share = weight / all;
    found = branch[0]!.frames.slice(-depth);
    stacks = branch;
  }
  if (found.length === 0) return undefined;
  return { frames: found, share, lines: new Set(stacks.flatMap(({ frames }) => frames.map(lineKey))) };
}

/** Stacks with the same `depth` outermost frames that weigh most together. */
function heaviestBranch<T extends { frames: Frame[]; weight: number }>(
  stacks: readonly T[],
  depth: number,
): T[] | undefined {
  const branches = new Map<string, T[]>();
  for (const stack of stacks) {
    const frame = stack.frames.at(-depth);
    if (!frame) continue;
    const key = lineKey(frame);
    const branch = branches.get(key);
    if (branch) branch.push(stack);
    else branches.set(key, [stack]);
  }
  return [...branches.values()].sort((a, b) => weightOf(b) - weightOf(a))[0];
}

function weightOf(stacks: readonly { weight: number }[]): number {
  return stacks.reduce((sum, stack) => sum + stack.weight, 0);
}

/** Mean time per request in which the loop was held by somebody else, ms. */
function behindOthersMs({ requests, route }: RouteTimes, measured: Measured): number {
  const others = measured.holds.filter((hold) => measured.requests.route(hold.request) !== route);
  const answered = requests.filter((request) => request.endUs >= 0 && request.status !== 0);
  const us = answered.reduce((sum, r) => sum + heldWithin(others, r.startUs, r.endUs), 0);
  return microsToMillis(us) / Math.max(1, answered.length);
}

function meanMs({ durationsMs }: RouteTimes): number {
  return durationsMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, durationsMs.length);
}

/** Findings that say why their line takes long. */
const EXPLAIN = new Set(['thread-pool-saturated', 'unbounded-concurrency', 'never-settled']);

/** Another finding says it better: the route is blocked by its own code, or awaits at these lines one after the other. */
function isTold({ frames, lines }: Place, route: string, earlier: readonly Finding[]): boolean {
  return earlier.some((finding) => {
    if (EXPLAIN.has(finding.rule))
      return frames.some((frame) => lineKey(frame) === lineKey(finding.location));
    if (!finding.evidence?.routes.includes(route)) return false;
    if (finding.rule === 'blocked-loop') return finding.severity !== 'info';
    if (finding.rule !== 'serial-awaits') return false;
    return [finding.location, ...finding.related.map(({ location }) => location)].some((at) =>
      lines.has(lineKey(at)),
    );
  });
}
