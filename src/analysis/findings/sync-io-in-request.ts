import { millis } from '../../base/figures.ts';
import { RequestKind } from '../../model/event.ts';
import type { Cause, Finding } from '../../model/finding.ts';
import type { SourceLocation } from '../../model/location.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { Below, Level } from '../profile/call-path.ts';
import { isSyncCall, isSyncName } from '../profile/frame-cause.ts';
import { insideLibrary, lineKey } from '../places.ts';
import { severityOfHold } from '../severity.ts';
import { ascending, quantile } from '../statistics.ts';
import { formatShare, inRoutes } from '../words.ts';

/** Synchronous file, crypto, zlib or child process calls while a request is served, too short to be told as blocks. */
export const syncIoInRequest: FindingRule = {
  id: 'sync-io-in-request',
  find: (measured, earlier) => {
    const told = new Set(earlier.filter((f) => f.rule === 'blocked-loop').map((f) => lineKey(f.location)));
    return [...callsByLine(measured).values()]
      .filter((call) => !told.has(lineKey(call.location)) && costs(call, measured))
      .map((call) => describe(call, measured));
  },
};

interface SyncCall {
  location: SourceLocation;
  callers: SourceLocation[];
  below: Below;
  samples: number;
  /** Sampled time of each request in it, µs. */
  perRequest: Map<number, number>;
}

function costs(call: SyncCall, measured: Measured): boolean {
  const limits = measured.thresholds.syncIoInRequest;
  if (call.samples < limits.samples || call.perRequest.size < limits.requests) return false;
  const factor = call.below.library ? limits.library : 1;
  const totalUs = sum(call.perRequest.values());
  if (totalUs / measured.observedUs >= limits.loopShare * factor) return true;
  return meanMs(call, measured) >= limits.meanMs * factor;
}

/** Over all requests of the routes it was seen in: a 1 ms profile misses most calls of a fraction of that. */
function meanMs(call: SyncCall, measured: Measured): number {
  const routes = routesOf(call, measured);
  const requests = measured.routes.filter((r) => routes.includes(r.route));
  const count = requests.reduce((all, r) => all + r.requests.length, 0);
  return microsToMillis(sum(call.perRequest.values())) / Math.max(1, count);
}

function callsByLine(measured: Measured): Map<string, SyncCall> {
  const bySite = new Map<
    string,
    { levels: Level[]; below: Below; us: Map<number, number>; samples: number }
  >();
  eachSampleInRequest(measured, (levels, below, request, us) => {
    const key = `${levels.map((level) => level.key).join('\r')}\n${below.key}`;
    const site = bySite.get(key) ?? { levels, below, us: new Map<number, number>(), samples: 0 };
    site.us.set(request, (site.us.get(request) ?? 0) + us);
    site.samples++;
    bySite.set(key, site);
  });
  const byLine = new Map<string, SyncCall>();
  for (const { levels, below, us, samples } of bySite.values()) {
    const [innermost, ...outer] = [...levels].reverse();
    if (!innermost) continue;
    const location = measured.lines.ofCall(innermost, { alike: isSyncName });
    const callers = outer.map((level) => measured.lines.ofCall(level));
    const call = byLine.get(lineKey(location));
    if (!call) {
      byLine.set(lineKey(location), { location, callers, below, samples, perRequest: us });
      continue;
    }
    call.samples += samples;
    for (const [request, more] of us)
      call.perRequest.set(request, (call.perRequest.get(request) ?? 0) + more);
  }
  return byLine;
}

type Visit = (levels: Level[], below: Below, request: number, us: number) => void;

/** Walks samples and spans side by side. */
function eachSampleInRequest({ profile, work, requests }: Measured, visit: Visit): void {
  const { spans } = work;
  let span = 0;
  for (let i = 0; i < profile.length; i++) {
    const time = profile.times[i]!;
    while (span < spans.length && spans.end(span) < time) span++;
    if (span >= spans.length) return;
    if (spans.start(span) > time) continue;
    const request = requests.get(spans.request(span));
    // A thread that others send work to may be held by it.
    if (request?.kind === RequestKind.Message) continue;
    const { path } = profile.places[profile.samples[i]!]!;
    if (!request || path.levels.length === 0 || path.loading || !isSyncCall(path.below.cause)) continue;
    // A sample stands for the time since the one before; a hole in the profile is not its doing.
    const since = i === 0 ? profile.intervalUs : time - profile.times[i - 1]!;
    visit(path.levels, path.below, request.id, Math.min(since, profile.intervalUs * 2));
  }
}

function describe(call: SyncCall, measured: Measured): Finding {
  const held = ascending([...call.perRequest.values()].map(microsToMillis));
  const totalMs = sum(held);
  const share = totalMs / microsToMillis(measured.observedUs);
  const routes = routesOf(call, measured);
  const what = measured.lines.syncCallAt(call.location) ?? call.below.builtin ?? 'A synchronous call';
  const cause: Cause = call.below.cause;
  return {
    rule: 'sync-io-in-request',
    severity: severityOfHold(share, 0),
    confidence: 'measured',
    message: `${what} held the event loop ${millis(meanMs(call, measured))} per request, ${formatShare(share)} of the loop's time${inRoutes(routes)}`,
    location: call.location,
    cause,
    evidence: {
      count: held.length,
      totalMs: round1(totalMs),
      maxMs: round1(held.at(-1) ?? 0),
      p99Ms: round1(quantile(held, 0.99)),
      loopShare: Math.round(share * 1e4) / 1e4,
      routes,
    },
    chain: [
      ...call.callers.map((caller) => ({ kind: 'call' as const, ...caller })),
      ...routes.map((label) => ({ kind: 'http-request' as const, label })),
    ],
    related: insideLibrary(call.below.library),
  };
}

/** The most affected first. */
function routesOf(call: SyncCall, { requests }: Measured): string[] {
  const us = new Map<string, number>();
  for (const [request, held] of call.perRequest) {
    const route = requests.route(request);
    if (route !== undefined) us.set(route, (us.get(route) ?? 0) + held);
  }
  return [...us].sort((a, b) => b[1] - a[1]).map(([route]) => route);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
