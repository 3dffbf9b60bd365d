import { millis } from '../../base/figures.ts';
import type { ChainStep, Finding, Severity } from '../../model/finding.ts';
import { microsToMillis } from '../../model/units.ts';
import { heldEvidence } from '../hold-figures.ts';
import type { Hotspot } from '../hotspots.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { onlyComputes } from '../only-computes.ts';
import { insideLibrary, lineKey, packageName } from '../places.ts';
import { severityOfHold } from '../severity.ts';
import { ascending } from '../statistics.ts';
import { formatShare, formatTimes, inRoutes } from '../words.ts';

/** The loop was held by one place in the code, long or often. */
export const blockedLoop: FindingRule = {
  id: 'blocked-loop',
  find: (measured, earlier) => {
    const worker = onlyComputes(measured);
    const waiting = worker ? keptWaiting(measured) : '';
    const mayHold = worker && waiting === '';
    return measured.hotspots.flatMap((spot) => {
      const severity = judge(spot, measured);
      const told = earlier.some((other) => tells(other, spot));
      return severity && !told ? [describe(spot, mayHold ? 'hint' : severity, waiting, measured)] : [];
    });
  },
};

/**
 * `; 42 of 60 messages for requests waited 38 ms each until the thread was free`: one worker is too few, or short questions
 * wait behind long ones. '' where that is not so.
 */
function keptWaiting({ queue, thresholds }: Measured): string {
  const { count, share } = thresholds.blockedLoop.queued;
  if (!queue || queue.waited < count || queue.waited < queue.all * share) return '';
  return `; ${queue.waited} of ${queue.all} messages for requests waited ${millis(queue.meanMs)} each until the thread was free`;
}

/** A chain of microtasks is told once for all its functions; collections at the line that allocates. */
function tells(other: Finding, spot: Hotspot): boolean {
  if (other.rule === 'microtask-starvation' && spot.cause === 'javascript') {
    // Where events were lost, some of its runs do not look like many.
    const steps = [other.location, ...other.chain];
    return steps.some(({ file, line }) => file === spot.location.file && line === spot.location.line);
  }
  if (other.cause !== spot.cause) return false;
  if (spot.cause === 'microtasks') return other.location.file === spot.location.file;
  return lineKey(other.location) === lineKey(spot.location);
}

/** Undefined: below the noise. */
function judge(spot: Hotspot, measured: Measured): Severity | undefined {
  const { observedUs, thresholds } = measured;
  const limits = thresholds.blockedLoop;
  // What a crowded machine makes longer is told longer, but not told because of that.
  const times = spot.ranUs.filter((us) => us > 0).length;
  const maxUs = Math.max(...spot.ranUs);
  const maxMs = microsToMillis(maxUs);
  const share = spot.ranUs.reduce((sum, us) => sum + us, 0) / observedUs;
  const startup = spot.loading && spot.routes.length === 0;
  if (startup) return maxMs >= limits.startupMs ? 'hint' : undefined;
  const elsewhere = !spot.own || spot.below.inNode;
  if (elsewhere && (times < limits.timesElsewhere || share < limits.shareElsewhere)) {
    return undefined;
  }
  const restOfIt = share - maxUs / observedUs;
  const longOnce = spot.ranUs.filter((us) => microsToMillis(us) >= limits.longMs).length === 1;
  if (times === 1 || (longOnce && restOfIt < limits.shareBesideOnce)) {
    return maxMs >= limits.onceMs ? severityOfHold(share, maxMs) : undefined;
  }
  if (maxMs < limits.longMs && share < limits.shareOfShort) return undefined;
  if (spot.cause === 'gc' && share < limits.shareOfGc) return undefined;
  return severityOfHold(share, maxMs);
}

function describe(spot: Hotspot, severity: Severity, waiting: string, measured: Measured): Finding {
  const held = ascending(spot.heldUs.map(microsToMillis));
  const evidence = heldEvidence(spot, measured);
  const { routes } = evidence;
  const share = Math.min(1, spot.totalUs / measured.observedUs);
  return {
    rule: 'blocked-loop',
    severity,
    confidence: 'measured',
    message: `${sentence(held, share)}${inRoutes(routes)}${doing(spot)}${waiting}`,
    location: spot.location,
    cause: spot.cause,
    evidence,
    chain: chainOf(spot, routes),
    related: insideLibrary(spot.below.library),
  };
}

function sentence(held: readonly number[], share: number): string {
  const mean = held.reduce((sum, ms) => sum + ms, 0) / held.length;
  const max = held.at(-1)!;
  const each = held.length === 1 ? `for ${millis(max)}` : `${millis(mean)} each`;
  const most = held.length > 1 && max > mean * 2 ? ` (${millis(max)} at most)` : '';
  return `Blocked the event loop ${formatTimes(held.length)}, ${each}${most}, ${formatShare(share)} of the loop's time`;
}

/** ` (pbkdf2Sync)`, where the line alone may not tell. */
function doing(spot: Hotspot): string {
  const what = work(spot);
  return what === '' ? '' : ` (${what})`;
}

function work({ below, cause, own, routes }: Hotspot): string {
  const { builtin, library } = below;
  if (cause === 'module-load') return routes.length > 0 ? 'loading modules' : 'loading modules at start-up';
  if (cause === 'gc') return 'garbage collection';
  if (cause === 'microtasks') return 'many promise reactions in a row';
  if (cause === 'json') return 'JSON';
  if (cause === 'regexp') return 'a regular expression';
  if (builtin) return builtin;
  return library && own ? packageName(library) : '';
}

function chainOf(spot: Hotspot, routes: readonly string[]): ChainStep[] {
  return [
    ...spot.callers.map((caller): ChainStep => ({ kind: 'call', ...caller })),
    ...routes.map((label): ChainStep => ({ kind: 'http-request', label })),
  ];
}
