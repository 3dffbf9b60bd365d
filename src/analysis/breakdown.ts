import { OperationKind } from '../model/event.ts';
import type { Culprit, TimeShares, WaitKind } from '../model/finding.ts';
import type { RecordingTables } from '../model/recording.ts';
import { microsToMillis, round1 } from '../model/units.ts';
import { CulpritIndex, lastHoldBefore } from './culprit-index.ts';
import type { Hold } from './holds.ts';
import type { Hotspot } from './hotspots.ts';
import { OwnSpans } from './own-spans.ts';
import type { OperationRecord, Operations } from './passes/operations.ts';
import type { Paths } from './passes/paths.ts';
import type { RequestRecord, Requests } from './passes/requests.ts';
import { Step } from './passes/segment-list.ts';
import type { SpanList } from './passes/span-list.ts';
import { byRoute, isAnswered } from './routes.ts';
import { ascending, quantile } from './statistics.ts';
import { waitKindOf } from './wait-kinds.ts';

/** Requests of a route without which its figures are chance. */
const LEAST_REQUESTS = 5;

/** Waits of a kind that no hold disturbed, without which the usual wait is not known. */
const LEAST_UNDISTURBED = 3;

/** Two pieces of work this close follow each other without the loop having been idle, µs. */
const SAME_STRETCH_US = 300;

/** After a hold the recorder's own timer and callbacks that no hook sees come first, µs. */
const AFTER_HOLD_US = 3_000;

/** Pieces of a busy stretch that are looked at: longer ones are cut. */
const MAX_PIECES = 2_000;

/** Where the time of one route's requests went. */
export interface RouteBreakdown {
  route: string;
  requests: RequestTime[];
  /** Mean per request, ms. */
  waitsFor: { kind: WaitKind; ms: number; detail?: string }[];
  behind: Culprit[];
  /** The request that was kept waiting longest, and by whom, ms. */
  latest: { ms: number; culprits: Culprit[] };
  /** Mean per request. */
  mean: TimeShares;
  at(q: number): TimeShares;
}

/** One request's time, µs. */
export interface RequestTime {
  record: RequestRecord;
  totalUs: number;
  waitUs: number;
  queuedUs: number;
  microtaskUs: number;
  runUs: number;
}

/** Where the time of all followed requests went, by route. */
export interface Breakdowns {
  of(route: string): RouteBreakdown | undefined;
}

export interface BreakdownInputs {
  tables: RecordingTables;
  requests: Requests;
  paths: Paths;
  operations: Operations;
  spans: SpanList;
  holds: readonly Hold[];
  hotspots: readonly Hotspot[];
}

/**
 * Divides the critical path of each request into running, waiting for the world outside, and being ready while other work
 * had the loop. When an answer came in from outside is not recorded, only when the loop handed it over: of the busy
 * stretch before that, a wait is taken to be done after the time that waits of this kind on this route usually take where
 * nothing disturbs them; without any of those, all of the stretch counts as lateness.
 */
export function breakDown(inputs: BreakdownInputs): Breakdowns {
  const culprits = new CulpritIndex(inputs.hotspots, inputs.holds);
  const own = new OwnSpans(inputs.spans);
  const routes = new Map<string, RouteBreakdown>();
  for (const [route, records] of byRoute(inputs.requests)) {
    const followed = records.filter((record) => isAnswered(record) && record.path.count > 0);
    if (followed.length >= LEAST_REQUESTS)
      routes.set(route, ofRoute(route, followed, inputs, { culprits, own }));
  }
  return { of: (route) => routes.get(route) };
}

/** A wait of one request, before it is known how much of it was lateness. */
interface WaitPiece {
  time: RequestTime;
  kind: WaitKind;
  detail: string | undefined;
  fromUs: number;
  toUs: number;
  /** How long other code of the same request ran meanwhile, or before the wait had really begun. */
  ranUs: number;
  /** Start of the busy stretch that it ended in. */
  busyFromUs: number;
}

function ofRoute(
  route: string,
  records: readonly RequestRecord[],
  inputs: BreakdownInputs,
  { culprits, own }: { culprits: CulpritIndex; own: OwnSpans },
): RouteBreakdown {
  const { segments } = inputs.paths;
  const times: RequestTime[] = [];
  const pieces: WaitPiece[] = [];
  for (const record of records) {
    const time: RequestTime = {
      record,
      totalUs: record.endUs - record.startUs,
      waitUs: 0,
      queuedUs: 0,
      microtaskUs: 0,
      runUs: 0,
    };
    times.push(time);
    for (let i = record.path.first; i < record.path.first + record.path.count; i++) {
      const fromUs = segments.fromUs(i);
      const toUs = segments.toUs(i);
      switch (segments.step(i)) {
        case Step.Run:
          time.runUs += toUs - fromUs;
          break;
        case Step.Micro: {
          // Creations have no clock: what created it may have run on for a while.
          const ranUs = own.within(record.id, fromUs, toUs);
          time.runUs += ranUs;
          time.microtaskUs += toUs - fromUs - ranUs;
          break;
        }
        default: {
          const ranUs = own.within(record.id, fromUs, toUs);
          time.runUs += ranUs;
          pieces.push({
            time,
            ...kindOf(segments.step(i), segments.type(i), { record, fromUs, toUs }, inputs),
            fromUs,
            toUs,
            ranUs,
            busyFromUs: busyStretch(inputs, fromUs, toUs, record.id),
          });
        }
      }
    }
  }
  const usual = usualWaits(pieces);
  const waits = new Map<string, { kind: WaitKind; detail: string | undefined; us: number }>();
  const behind = new Map<string, Culprit>();
  const lateOf = new Map<RequestTime, { fromUs: number; toUs: number }[]>();
  for (const piece of pieces) {
    const us = piece.toUs - piece.fromUs - piece.ranUs;
    const busyUs = Math.min(us, piece.toUs - piece.busyFromUs);
    const queuedUs = Math.max(0, Math.min(busyUs, us - (usual.get(piece.kind) ?? us - busyUs)));
    piece.time.queuedUs += queuedUs;
    piece.time.waitUs += us - queuedUs;
    const key = `${piece.kind}\n${piece.detail ?? ''}`;
    const wait = waits.get(key) ?? { kind: piece.kind, detail: piece.detail, us: 0 };
    wait.us += us - queuedUs;
    waits.set(key, wait);
    if (queuedUs <= 0) continue;
    const late = { fromUs: piece.toUs - queuedUs, toUs: piece.toUs };
    culprits.add(behind, late, inputs.requests);
    lateOf.set(piece.time, [...(lateOf.get(piece.time) ?? []), late]);
  }
  const [latest] = [...lateOf.keys()].sort((a, b) => b.queuedUs - a.queuedUs);
  const ofLatest = new Map<string, Culprit>();
  for (const late of (latest && lateOf.get(latest)) ?? []) culprits.add(ofLatest, late, inputs.requests);
  const sorted = [...times].sort((a, b) => a.totalUs - b.totalUs);
  const perRequest = (us: number): number => round1(microsToMillis(us) / times.length);
  return {
    route,
    requests: times,
    waitsFor: [...waits.values()]
      .sort((a, b) => b.us - a.us)
      .map(({ kind, detail, us }) => ({
        kind,
        ms: perRequest(us),
        ...(detail !== undefined && { detail }),
      }))
      .filter(({ ms }) => ms > 0),
    behind: [...behind.values()]
      .sort((a, b) => b.ms - a.ms)
      .map((culprit) => ({ ...culprit, ms: round1(culprit.ms / times.length) }))
      .filter(({ ms }) => ms > 0),
    latest: {
      ms: round1(microsToMillis(latest?.queuedUs ?? 0)),
      culprits: [...ofLatest.values()]
        .sort((a, b) => b.ms - a.ms)
        .map((culprit) => ({ ...culprit, ms: round1(culprit.ms) }))
        .filter(({ ms }) => ms > 0),
    },
    mean: meanOf(times),
    at: (q) => meanOf(around(sorted, q)),
  };
}

/** The twentieth of the requests around a quantile, the slowest end for the last ones; at least one. */
function around(sorted: readonly RequestTime[], q: number): readonly RequestTime[] {
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1));
  const reach = Math.floor(Math.min(sorted.length * 0.025, sorted.length - 1 - at));
  return sorted.slice(Math.max(0, at - reach), at + reach + 1);
}

function meanOf(times: readonly RequestTime[]): TimeShares {
  const mean = (part: (time: RequestTime) => number): number =>
    round1(microsToMillis(times.reduce((sum, time) => sum + part(time), 0)) / Math.max(1, times.length));
  return {
    totalMs: mean((time) => time.totalUs),
    waitMs: mean((time) => time.waitUs),
    queuedMs: mean((time) => time.queuedUs),
    microtaskMs: mean((time) => time.microtaskUs),
    runMs: mean((time) => time.runUs),
  };
}

/** What is waited for: the operation that was under way for the request all the while, or the kind of the resource. */
function kindOf(
  step: Step,
  type: number,
  { record, fromUs, toUs }: { record: RequestRecord; fromUs: number; toUs: number },
  { operations, tables }: BreakdownInputs,
): { kind: WaitKind; detail: string | undefined } {
  if (step === Step.Other) return { kind: 'other-request', detail: undefined };
  const lengthUs = toUs - fromUs;
  let best: { operation: OperationRecord; us: number } | undefined;
  let coveredUs = 0;
  for (const operation of operations.of(record.id)) {
    const end = operation.endUs < 0 ? Infinity : operation.endUs;
    const us = Math.min(end, toUs) - Math.max(operation.startUs, fromUs);
    if (us <= 0) continue;
    coveredUs += us;
    if (us > (best?.us ?? 0)) best = { operation, us };
  }
  // Where nothing else is known of the wait, several questions one after the other tell it as well.
  if (best && (type === 0 ? coveredUs : best.us) >= lengthUs * 0.8) {
    const label = tables.labels[best.operation.label];
    return {
      kind: best.operation.kind === OperationKind.ChildProcess ? 'child-process' : 'http',
      detail: label === '' ? undefined : label,
    };
  }
  return { kind: waitKindOf(tables.types[type] ?? ''), detail: undefined };
}

/** Median of the waits of each kind that ended in a loop that was free. */
function usualWaits(pieces: readonly WaitPiece[]): Map<WaitKind, number> {
  const free = new Map<WaitKind, number[]>();
  for (const { kind, fromUs, toUs, ranUs, busyFromUs } of pieces) {
    const us = toUs - fromUs - ranUs;
    if (toUs - busyFromUs > us * 0.05) continue;
    const list = free.get(kind);
    if (list) list.push(us);
    else free.set(kind, [us]);
  }
  const usual = new Map<WaitKind, number>();
  for (const [kind, list] of free) {
    if (list.length >= LEAST_UNDISTURBED) usual.set(kind, quantile(ascending(list), 0.5));
  }
  return usual;
}

/** When the stretch of work began that had the loop without a break until `toUs`; `toUs` when the loop was free. */
function busyStretch(
  { spans, holds }: BreakdownInputs,
  fromUs: number,
  toUs: number,
  request: number,
): number {
  let at = toUs;
  let span = spans.firstEndingAfter(toUs - AFTER_HOLD_US);
  while (span < spans.length && spans.end(span) < toUs) span++;
  if (span >= spans.length || spans.start(span) >= toUs) span--;
  let hold = lastHoldBefore(holds, toUs);
  for (let pieces = 0; pieces < MAX_PIECES && at > fromUs; pieces++) {
    while (hold >= 0 && holds[hold]!.startUs >= at) hold--;
    while (span >= 0 && spans.start(span) >= at) span--;
    const holdTouches = hold >= 0 && holds[hold]!.endUs >= at - AFTER_HOLD_US;
    const spanTouches = span >= 0 && spans.end(span) >= at - SAME_STRETCH_US;
    // What the request itself ran meanwhile is no lateness.
    if (spanTouches && spans.request(span) === request && !holdTouches) break;
    if (holdTouches && holds[hold]!.request !== request) at = holds[hold]!.startUs;
    else if (spanTouches && spans.request(span) !== request) at = spans.start(span);
    else break;
  }
  return Math.max(fromUs, at);
}
