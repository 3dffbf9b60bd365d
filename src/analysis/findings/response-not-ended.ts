import { millis } from '../../base/figures.ts';
import { RequestKind } from '../../model/event.ts';
import type { Finding } from '../../model/finding.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { handlerOf, keepsOpen, withResponse } from '../handler-place.ts';
import type { HandlerPlace } from '../handler-place.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { RequestRecord } from '../passes/requests.ts';
import { recheckCount } from '../recheck.ts';
import { ascending } from '../statistics.ts';

/** A client that gave up sooner than this may have had its own reasons, ms. */
const GAVE_UP_MS = 300;

/** Requests that nothing is being done for any more were never answered. */
export const responseNotEnded: FindingRule = {
  id: 'response-not-ended',
  find: (measured, earlier, problems) => {
    const told = new Set(
      earlier
        .filter(({ rule }) => rule === 'never-settled')
        .flatMap(({ evidence }) => evidence?.routes ?? []),
    );
    const needed = measured.thresholds.responseNotEnded.requests;
    return measured.routes.flatMap(({ route, requests, durationsMs }) => {
      if (told.has(route)) return [];
      const longest = durationsMs.at(-1) ?? 0;
      const forgotten = requests.filter((request) => isForgotten(request, longest, measured));
      if (forgotten.length === 0) return [];
      const place = handlerOf(route, forgotten, measured);
      if (!place || keepsOpen(place, measured)) return [];
      if (forgotten.length < needed) {
        problems.push(
          recheckCount(
            'response-not-ended',
            `${forgotten.length} requests to ${route} had no answer`,
            needed,
          ),
        );
        return [];
      }
      return [describe(route, forgotten, requests.length, withResponse(place, measured), measured)];
    });
  },
};

/** Old or given up by its client, and nothing is pending that could answer it. */
function isForgotten(request: RequestRecord, longestMs: number, measured: Measured): boolean {
  const { ageMs, overdue } = measured.thresholds.responseNotEnded;
  if (request.kind !== RequestKind.Http && request.kind !== RequestKind.Http2) return false;
  const open = request.endUs < 0;
  if (open && request.unsure) return false;
  if (!open && request.status !== 0) return false;
  const age = microsToMillis((open ? measured.endUs : request.endUs) - request.startUs);
  if (age < Math.max(open ? ageMs : GAVE_UP_MS, longestMs * overdue)) return false;
  return !isAtWork(request, measured);
}

/** Somebody awaits something for it, or a timer of it has still to fire. */
function isAtWork({ id, startUs }: RequestRecord, { waits, pending, work, endUs }: Measured): boolean {
  if (pending.records.some((record) => record.request === id && record.stack !== 0)) return true;
  if (pending.timersOf(id) > 0) return true;
  if (waits.samples.some((sample) => sample.request === id && sample.stack !== 0 && sample.settledUs < 0))
    return true;
  // It ran on after it had begun: something calls back now and then.
  const { spans } = work;
  let last = startUs;
  for (let i = spans.firstEndingAfter(startUs); i < spans.length; i++) {
    if (spans.request(i) === id) last = spans.end(i);
  }
  return microsToMillis(endUs - last) < GAVE_UP_MS;
}

function describe(
  route: string,
  forgotten: readonly RequestRecord[],
  all: number,
  { location, chain, seen }: HandlerPlace,
  measured: Measured,
): Finding {
  const ages = ascending(
    forgotten.map(({ startUs, endUs }) => microsToMillis((endUs < 0 ? measured.endUs : endUs) - startUs)),
  );
  const oldest = ages.at(-1)!;
  const gaveUp = forgotten.filter(({ endUs }) => endUs >= 0).length;
  const clients = gaveUp > 0 ? `; ${gaveUp} clients gave up` : '';
  return {
    rule: 'response-not-ended',
    // It may keep the responses for later: a long poll.
    severity: seen === 'server-that-stores' ? 'hint' : 'warning',
    confidence: seen === 'handler' || seen === 'route' ? 'likely' : 'possible',
    message: `${forgotten.length} of ${all} requests to ${route} were never answered, for up to ${millis(oldest)}, and nothing is under way for them${clients}`,
    location,
    evidence: {
      count: forgotten.length,
      totalMs: round1(ages.reduce((sum, ms) => sum + ms, 0)),
      maxMs: round1(oldest),
      p99Ms: round1(oldest),
      loopShare: 0,
      routes: [route],
    },
    chain: [...chain.map((at) => ({ kind: 'call' as const, ...at })), { kind: 'http-request', label: route }],
    related: [],
  };
}
