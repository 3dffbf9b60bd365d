import { millis } from '../../base/figures.ts';
import type { ChainStep, Finding, Severity } from '../../model/finding.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { Hotspot } from '../hotspots.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { insideLibrary, packageName } from '../places.ts';
import { severityOfHold } from '../severity.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatShare, formatTimes, inRoutes } from '../words.ts';

const THRESHOLDS = {
  /** A single hold that people notice, ms. */
  longMs: 20,
  /** Shorter ones are told when together they take this share of the loop's time. */
  shareOfShort: 0.05,
  /** What happened only once (a cold cache, the first request) must be this long, ms. */
  onceMs: 100,
  /** Loading modules when the program starts is expected; told from here, ms. */
  startupMs: 200,
  /**
   * Inside Node's own asynchronous calls, or without any code of the user's on the stack, a few holds are as likely the
   * machine's: they must be this many, and take this share of the loop's time.
   */
  timesElsewhere: 5,
  shareElsewhere: 0.02,
  /** Collections follow from the whole program; a line is named only from this share of the loop's time. */
  shareOfGc: 0.02,
};

/** The loop was held by one place in the code, long or often. */
export const blockedLoop: FindingRule = {
  id: 'blocked-loop',
  find: (measured) =>
    measured.hotspots.flatMap((spot) => {
      const severity = judge(spot, measured);
      return severity ? [describe(spot, severity, measured)] : [];
    }),
};

/** Undefined: below the noise. */
function judge(spot: Hotspot, { observedUs }: Measured): Severity | undefined {
  const maxMs = microsToMillis(Math.max(...spot.heldUs));
  const share = spot.totalUs / observedUs;
  const startup = spot.loading && spot.routes.length === 0;
  if (startup) return maxMs >= THRESHOLDS.startupMs ? 'info' : undefined;
  const elsewhere = !spot.own || spot.below.inNode;
  if (elsewhere && (spot.heldUs.length < THRESHOLDS.timesElsewhere || share < THRESHOLDS.shareElsewhere)) {
    return undefined;
  }
  if (spot.heldUs.length === 1) {
    return maxMs >= THRESHOLDS.onceMs ? severityOfHold(share, maxMs) : undefined;
  }
  if (maxMs < THRESHOLDS.longMs && share < THRESHOLDS.shareOfShort) return undefined;
  if (spot.cause === 'gc' && share < THRESHOLDS.shareOfGc) return undefined;
  return severityOfHold(share, maxMs);
}

function describe(spot: Hotspot, severity: Severity, { observedUs }: Measured): Finding {
  const held = ascending(spot.heldUs.map(microsToMillis));
  const share = Math.min(1, spot.totalUs / observedUs);
  const routes = affected(spot);
  return {
    rule: 'blocked-loop',
    severity,
    confidence: 'measured',
    message: `${sentence(held, share)}${inRoutes(routes)}${doing(spot)}`,
    location: spot.location,
    cause: spot.cause,
    evidence: {
      count: held.length,
      totalMs: round1(microsToMillis(spot.totalUs)),
      maxMs: round1(held.at(-1)!),
      p99Ms: round1(quantile(held, 0.99)),
      loopShare: Math.round(share * 1e4) / 1e4,
      routes,
    },
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

/** Routes with at least a twentieth of the time; none when most of it belongs to no request. */
function affected(spot: Hotspot): string[] {
  if (spot.unroutedUs > spot.totalUs / 2) return [];
  return spot.routes.filter((route) => route.us >= spot.totalUs / 20).map((route) => route.route);
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
