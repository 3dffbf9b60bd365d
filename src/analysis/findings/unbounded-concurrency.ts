import { count } from '../../base/figures.ts';
import type { Finding, WaitKind } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { Birth } from '../passes/births.ts';
import type { Burst } from '../passes/bursts.ts';
import type { WaitRecord } from '../passes/waits.ts';
import { heaviestPlace, lineKey, locationOf, ownFrames, stepsOf } from '../places.ts';
import { waitKindOf } from '../wait-kinds.ts';
import { formatTimes, inRoutes } from '../words.ts';
import { firstWhere } from '../statistics.ts';

/** How long after a burst its waits are looked for, µs. */
const SEEN_WITHIN_US = 2_000_000;

/** One piece of work asks for hundreds of files, connections or processes at once. */
export const unboundedConcurrency: FindingRule = {
  id: 'unbounded-concurrency',
  find: (measured, _earlier, problems) => {
    const limits = measured.thresholds.unboundedConcurrency;
    const groups = new Map<string, Group>();
    const births = birthsInBursts(measured);
    let lost = 0;
    for (const burst of measured.bursts.records) {
      if (burst.count < limits.count) continue;
      const frames = begunAt(burst, births, measured);
      const [at] = frames;
      if (!at) {
        lost = Math.max(lost, burst.count);
        continue;
      }
      const group = groups.get(lineKey(at)) ?? { frames, bursts: [] };
      group.bursts.push(burst);
      groups.set(lineKey(at), group);
    }
    if (lost > 0 && groups.size === 0) {
      problems.push({
        code: 'burst-without-place',
        message: `unbounded-concurrency: ${count(lost)} operations were begun at once; it was not seen by which line.`,
      });
    }
    return outermost([...groups.values()], measured).map(({ frames, bursts }) =>
      describe(frames, bursts, measured),
    );
  },
};

/** Bursts that were begun at one place. */
interface Group {
  frames: Frame[];
  bursts: Burst[];
}

/** Where a burst was seen at a join that stands within another's, it is the same work: few samples do not show how many wait. */
function outermost(groups: readonly Group[], { requests }: Measured): Group[] {
  const routesOf = ({ bursts }: Group): Set<string | undefined> =>
    new Set(bursts.map(({ request }) => requests.route(request)));
  const kept: Group[] = [];
  for (const group of [...groups].sort((a, b) => a.frames.length - b.frames.length)) {
    const around = new Set(group.frames.slice(1).map(lineKey));
    const routes = routesOf(group);
    const outer = kept.find(
      (one) => around.has(lineKey(one.frames[0]!)) && [...routesOf(one)].some((route) => routes.has(route)),
    );
    if (outer) outer.bursts.push(...group.bursts);
    else kept.push(group);
  }
  return kept;
}

function describe(frames: readonly Frame[], bursts: readonly Burst[], measured: Measured): Finding {
  const [at, ...outer] = frames;
  const most = bursts.reduce((a, b) => (b.count > a.count ? b : a));
  const routes = [...new Set(bursts.flatMap(({ request }) => measured.requests.route(request) ?? []))];
  const often = bursts.length > 1 ? `, ${formatTimes(bursts.length)}` : '';
  return {
    rule: 'unbounded-concurrency',
    severity: most.count >= measured.thresholds.unboundedConcurrency.warnCount ? 'warning' : 'info',
    confidence: 'measured',
    message: `Began ${count(most.count)} ${WORDS[most.kind] ?? 'operations'} at once${often}${inRoutes(routes)}: with more data there will be more. Begin a few at a time`,
    location: locationOf(at!),
    evidence: { count: most.count, totalMs: 0, maxMs: 0, p99Ms: 0, loopShare: 0, routes },
    chain: [...stepsOf(outer), ...routes.map((label) => ({ kind: 'http-request' as const, label }))],
    related: [],
  };
}

const WORDS: Partial<Record<WaitKind, string>> = {
  fs: 'file operations',
  dns: 'name look-ups',
  net: 'connections',
  http: 'HTTP requests',
  'child-process': 'child processes',
  zlib: 'compressions',
  crypto: 'crypto jobs',
  worker: 'workers',
};

type BurstBirth = Birth & { kind: WaitKind };

/**
 * What was seen to be made in bursts: of each single one perhaps nothing. What was begun one by one shortly before is another
 * line's.
 */
function birthsInBursts({ bursts, births, tables }: Measured): BurstBirth[] {
  const sorted = [...bursts.records].sort((a, b) => a.startUs - b.startUs);
  return [...births.all()].flatMap((birth) => {
    const kind = waitKindOf(tables.types[birth.type] ?? '');
    let at = firstWhere(sorted.length, (i) => sorted[i]!.startUs > birth.timeUs) - 1;
    // Bursts of different kinds may overlap.
    for (let left = OVERLAPPING; at >= 0 && left > 0; at--, left--) {
      if (sorted[at]!.kind === kind && birth.timeUs <= sorted[at]!.timeUs) return [{ ...birth, kind }];
    }
    return [];
  });
}

const OVERLAPPING = 8;

/** The `Promise.all` that waits for the whole burst, else the line that began it, else the innermost wait. */
function begunAt(burst: Burst, births: readonly BurstBirth[], measured: Measured): Frame[] {
  const { waits, tables } = measured;
  const mine = waits.samples.filter(
    ({ request, timeUs, bornUs }) =>
      request === burst.request &&
      timeUs >= burst.timeUs &&
      timeUs < burst.timeUs + SEEN_WITHIN_US &&
      bornUs <= burst.timeUs,
  );
  const joined = joinOf(burst, mine, measured);
  if (joined) return joined;
  const begun = heaviestPlace(
    births
      .filter(({ request, kind, timeUs }) => {
        const near = Math.abs(timeUs - burst.timeUs) < SEEN_WITHIN_US;
        return near && request === burst.request && kind === burst.kind;
      })
      .map(({ stack, weight }) => ({ frames: ownFrames(stack, tables), weight })),
  );
  if (begun) return begun.frames;
  const waiting = mine.map(({ stack, weight, timeUs }) => ({
    frames: ownFrames(stack, tables),
    weight,
    timeUs,
  }));
  const place = heaviestPlace(waiting);
  if (!place) return [];
  return waitingAt(place.frames[0]!, waiting) >= burst.count * WAITING_SHARE ? place.frames : [];
}

/**
 * Several may stand around each other: one for the fields of an item, within one for the items. The one that waits for the
 * burst is the innermost at which not as many wait as were begun.
 */
function joinOf(burst: Burst, samples: readonly WaitRecord[], measured: Measured): Frame[] | undefined {
  const { tables } = measured;
  // What a `Promise.all` was given waits for nobody: the function behind it does.
  const waiting = samples
    .filter(({ stack }) => tables.frames[tables.stacks[stack]?.[0] ?? 0]?.async !== 'all')
    .map(({ stack, weight, timeUs }) => ({ frames: ownFrames(stack, tables), weight, timeUs }));
  let found: Frame[] | undefined;
  for (let level = 1; level <= MAX_LEVELS; level++) {
    const place = heaviestPlace(
      samples.map(({ stack, weight }) => ({ frames: behindAll(stack, level, measured), weight })),
    );
    if (!place) break;
    found = place.frames;
    if (waitingAt(found[0]!, waiting) < burst.count * WAITING_SHARE) break;
  }
  return found;
}

const MAX_LEVELS = 8;

/** How many were seen waiting at this very line at once. */
function waitingAt(
  place: Frame,
  waiting: readonly { frames: Frame[]; weight: number; timeUs: number }[],
): number {
  const key = lineKey(place);
  return mostAtOnce(waiting.filter(({ frames: [at] }) => at !== undefined && lineKey(at) === key));
}

/** So many of a burst must be seen waiting at a line that only waits for it: a single call may be a burst of Node's own making. */
const WAITING_SHARE = 0.25;

/** Samples this close are of one look at what is pending, µs. */
const ONE_LOOK_US = 5_000;

function mostAtOnce(samples: readonly { weight: number; timeUs: number }[]): number {
  let most = 0;
  let sum = 0;
  let since = -Infinity;
  for (const { weight, timeUs } of [...samples].sort((a, b) => a.timeUs - b.timeUs)) {
    if (timeUs - since > ONE_LOOK_US) {
      since = timeUs;
      sum = 0;
    }
    sum += weight;
    most = Math.max(most, sum);
  }
  return most;
}

/** Own frames outside of the innermost `Promise.all` of a stack, of the second innermost, and so on. */
function behindAll(stack: number, level: number, { tables }: Measured): Frame[] {
  const ids = tables.stacks[stack] ?? [];
  const alls = ids.flatMap((id, at) => (tables.frames[id]?.async === 'all' ? [at] : []));
  const all = alls[level - 1];
  if (all === undefined) return [];
  return ids.slice(all).flatMap((id) => {
    const frame = tables.frames[id];
    return id !== 0 && frame?.owner === 'own' && frame.async !== 'all' ? [frame] : [];
  });
}
