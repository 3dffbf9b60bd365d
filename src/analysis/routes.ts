import { RequestKind } from '../model/event.ts';
import type { PathStep, RouteSummary } from '../model/finding.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import type { RouteBreakdown } from './breakdown.ts';
import { lateSentence } from './culprit-words.ts';
import type { RequestRecord, Requests } from './passes/requests.ts';
import type { SpanList } from './passes/span-list.ts';
import { ascending, quantile } from './statistics.ts';

/** Lateness that people notice, ms. */
const TELL_LATE_MS = 20;

/** What happened on one route. Times in ms. */
export interface RouteTimes {
  route: string;
  requests: RequestRecord[];
  /** Durations of those that were answered, ascending. */
  durationsMs: number[];
  /** Mean time on the loop of all of them. */
  runMs: number;
}

/** Brings requests together by route, the busiest first. Connections that stay open (WebSocket) are not timed. */
export function timeRoutes(requests: Requests, spans: SpanList): RouteTimes[] {
  const runUs = new Map<number, number>();
  for (let i = 0; i < spans.length; i++) {
    const request = spans.request(i);
    if (request > 0) runUs.set(request, (runUs.get(request) ?? 0) + spans.end(i) - spans.start(i));
  }
  return [...byRoute(requests)]
    .map(([route, records]) => ({
      route,
      requests: records,
      durationsMs: ascending(records.filter(isAnswered).map((r) => microsToMillis(r.endUs - r.startUs))),
      runMs: microsToMillis(records.reduce((sum, r) => sum + (runUs.get(r.id) ?? 0), 0)) / records.length,
    }))
    .sort((a, b) => b.requests.length - a.requests.length || (a.route < b.route ? -1 : 1));
}

/** The requests of each route. */
export function byRoute(requests: Requests): Map<string, RequestRecord[]> {
  const routes = new Map<string, RequestRecord[]>();
  for (const record of requests.records) {
    const list = routes.get(record.route);
    if (list) list.push(record);
    else routes.set(record.route, [record]);
  }
  return routes;
}

/** As the report shows it. */
export function summarise(
  times: RouteTimes,
  breakdown: RouteBreakdown | undefined,
  path: (breakdown: RouteBreakdown) => PathStep[],
): RouteSummary {
  return {
    route: times.route,
    requests: times.requests.length,
    p50Ms: round1(quantile(times.durationsMs, 0.5)),
    p95Ms: round1(quantile(times.durationsMs, 0.95)),
    p99Ms: round1(quantile(times.durationsMs, 0.99)),
    maxMs: round1(times.durationsMs.at(-1) ?? 0),
    runMs: round1(times.runMs),
    ...(breakdown && {
      breakdown: { p50: breakdown.at(0.5), p95: breakdown.at(0.95), p99: breakdown.at(0.99) },
      waitsFor: breakdown.waitsFor,
      behind: breakdown.behind,
      ...(breakdown.latest.ms >= TELL_LATE_MS && {
        latest: {
          ...breakdown.latest,
          message: lateSentence(times.route, breakdown.latest.ms, breakdown.latest.culprits),
        },
      }),
      criticalPath: path(breakdown),
    }),
  };
}

/** True when it has a duration that says something: it was answered, and is no connection that stays open. */
export function isAnswered(record: RequestRecord): boolean {
  return record.endUs >= 0 && record.status !== 0 && record.kind !== RequestKind.WebSocket;
}
