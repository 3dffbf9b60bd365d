import { millis } from '../../base/figures.ts';
import type { Finding, WaitKind } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import { PendingReach, RequestKind } from '../../model/event.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { waitsForEvent } from '../event-waits.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { PendingRecord } from '../passes/pending.ts';
import { insideLibrary, lineKey, locationOf, ownFrames } from '../places.ts';
import { ascending, quantile } from '../statistics.ts';
import { waitKindOf } from '../wait-kinds.ts';
import { inRoutes } from '../words.ts';

/** Requests, or jobs of another kind, wait at an `await` that nothing will ever end. */
export const neverSettled: FindingRule = {
  id: 'never-settled',
  find: (measured) => {
    const requests = byLine(innermostWaits(measured), ({ request }) => request, measured);
    const told = requests.flatMap((waiting) => judge(waiting, measured) ?? []);
    const lines = new Set(requests.map(({ frame }) => lineKey(frame)));
    const others = byLine(lostWaits(measured), ({ promise }) => promise, measured);
    return [
      ...told,
      ...others.flatMap((waiting) =>
        lines.has(lineKey(waiting.frame)) ? [] : (judgeLost(waiting, measured) ?? []),
      ),
    ];
  },
};

/** What waits at one line: one for each request or, where there are none, for each function. */
interface Waiting {
  frame: Frame;
  leaves: Map<number, PendingRecord>;
}

function byLine(
  leaves: readonly PendingRecord[],
  unitOf: (leaf: PendingRecord) => number,
  measured: Measured,
): Waiting[] {
  const lines = new Map<string, Waiting>();
  for (const leaf of leaves) {
    const frame = ownFrame(leaf, measured);
    if (!frame) continue;
    const key = lineKey(frame);
    const waiting = lines.get(key) ?? { frame, leaves: new Map<number, PendingRecord>() };
    if (!waiting.leaves.has(unitOf(leaf))) waiting.leaves.set(unitOf(leaf), leaf);
    lines.set(key, waiting);
  }
  return [...lines.values()];
}

/**
 * Of each request's pending promises those that no other waits for: the reasons. The others only wait for them. Left out is
 * what will end by itself: a timer runs for it, or it belongs to a connection that is meant to stay open.
 */
function innermostWaits(measured: Measured): PendingRecord[] {
  const byRequest = new Map<number, PendingRecord[]>();
  for (const record of measured.pending.records) {
    const request = measured.requests.get(record.request);
    if (!request || request.kind === RequestKind.WebSocket || stackOf(record, measured).length === 0)
      continue;
    const list = byRequest.get(record.request);
    if (list) list.push(record);
    else byRequest.set(record.request, [record]);
  }
  return [...byRequest.values()].flatMap((records) => {
    const leaves = innermost(records, measured);
    return leaves.some((leaf) => leaf.timed) ? [] : leaves;
  });
}

/** Those that wait for no other of them. */
function innermost(records: readonly PendingRecord[], measured: Measured): PendingRecord[] {
  const outer = new Set<string>();
  for (const record of records) {
    const stack = stackOf(record, measured);
    for (let from = 1; from < stack.length; from++) outer.add(stack.slice(from).join());
  }
  return records.filter((record) => !outer.has(stackOf(record, measured).join()));
}

/** What waits for no request, and for what nobody holds any more: a job whose callback was lost. */
function lostWaits(measured: Measured): PendingRecord[] {
  const records = measured.pending.records.filter(
    (record) => !measured.requests.get(record.request) && stackOf(record, measured).length > 0,
  );
  return innermost(records, measured).filter(({ timed, reach }) => !timed && reach === PendingReach.Gone);
}

/**
 * Without a request nobody is seen to suffer: a program may wait for ever on purpose, and a function may wait for the next word
 * of a connection that has gone. So several must be lost, one after the other, where others went on.
 */
function judgeLost({ frame, leaves }: Waiting, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.neverSettled;
  const old = [...leaves.values()].filter((leaf) => ageMs(leaf, measured) >= limits.ageMs);
  if (old.length < limits.requests || waitsForEvent(frame, measured)) return undefined;
  const born = old.map((leaf) => microsToMillis(leaf.bornUs));
  if (Math.max(...born) - Math.min(...born) < limits.spreadMs) return undefined;
  return longestSettledMs(frame, measured) === 0 ? undefined : describe(frame, old, measured);
}

function judge({ frame, leaves }: Waiting, measured: Measured): Finding | undefined {
  const limits = measured.thresholds.neverSettled;
  const settledMs = longestSettledMs(frame, measured);
  const least = Math.max(limits.ageMs, settledMs * limits.overdue);
  const old = [...leaves.values()].filter(
    (leaf) => ageMs(leaf, measured) >= least && isHopeless(leaf, measured),
  );
  const lost = old.filter(({ reach }) => reach === PendingReach.Gone);
  if (lost.length > 0) return describe(frame, lost, measured);
  if (old.length < limits.requests) return undefined;
  const born = old.map((leaf) => microsToMillis(leaf.bornUs));
  const abandoned = old.some((leaf) => hasEnded(leaf, measured));
  // An event that never came for anyone, while clients gave up, is one that came before or never will.
  if (waitsForEvent(frame, measured) && (!abandoned || settledMs > 0)) return undefined;
  const together = Math.max(...born) - Math.min(...born) < limits.spreadMs;
  // One event that all wait for is none that used to come at once.
  const usual =
    settledMs > 0 && Math.min(...old.map((leaf) => ageMs(leaf, measured))) >= settledMs * limits.unheardOf;
  if (!abandoned && together && !usual) return undefined;
  // Without the source and without a sign that waiting is not what it is for, it may be a stream of events.
  if (!abandoned && settledMs === 0 && measured.lines.callsFrom(frame.file, frame.line).length === 0)
    return undefined;
  return describe(frame, old, measured);
}

/** The request still waits, or its client gave up: a wait left behind by a finished answer costs nobody's time. */
function isHopeless(leaf: PendingRecord, { requests }: Measured): boolean {
  const request = requests.get(leaf.request)!;
  return request.endUs < 0 || request.status === 0;
}

function hasEnded(leaf: PendingRecord, { requests }: Measured): boolean {
  return requests.get(leaf.request)!.endUs >= 0;
}

/** Life of the longest wait at the line that did end while recording, ms; 0 when none was seen to. */
function longestSettledMs(frame: Frame, measured: Measured): number {
  let longest = 0;
  for (const sample of measured.waits.samples) {
    if (sample.settledUs < 0 || sample.bornUs < 0) continue;
    const inner = (measured.tables.stacks[sample.stack] ?? [])
      .map((id) => measured.tables.frames[id])
      .find((f) => f?.owner === 'own' && f.async !== 'all');
    if (inner?.line !== frame.line || inner.file !== frame.file) continue;
    longest = Math.max(longest, microsToMillis(sample.settledUs - sample.bornUs));
  }
  return longest;
}

function describe(frame: Frame, leaves: readonly PendingRecord[], measured: Measured): Finding {
  const ages = ascending(leaves.map((leaf) => ageMs(leaf, measured)));
  const routes = [...new Set(leaves.flatMap((leaf) => measured.requests.route(leaf.request) ?? []))];
  const whose = routes.length > 0 ? 'request' : 'call';
  const oldest = ages.at(-1)!;
  const lost = leaves.every(({ reach }) => reach === PendingReach.Gone);
  const stack = stackOf(leaves[0]!, measured).map((id) => measured.tables.frames[id]!);
  const own = stack.filter((f) => f.owner === 'own' && f.async !== 'all');
  const library = stack[0]?.owner === 'package' ? stack[0] : undefined;
  return {
    rule: 'never-settled',
    severity: severityOf(leaves.length, whose, measured),
    confidence: lost ? 'certain' : 'measured',
    message: `${counted(leaves.length, whose)} here and ${outlook(leaves)}, the oldest for ${millis(oldest)}${inRoutes(routes)}${settledBy(frame, measured)}`,
    location: locationOf(frame),
    evidence: {
      count: leaves.length,
      totalMs: round1(ages.reduce((sum, ms) => sum + ms, 0)),
      maxMs: round1(oldest),
      p99Ms: round1(quantile(ages, 0.99)),
      loopShare: 0,
      routes,
    },
    chain: [
      ...own.slice(1).map((f) => ({ kind: 'await' as const, ...locationOf(f) })),
      ...routes.map((label) => ({ kind: 'http-request' as const, label })),
    ],
    related: insideLibrary(library),
  };
}

const counted = (count: number, whose: 'request' | 'call'): string =>
  count === 1 ? `1 ${whose} waits` : `${count} ${whose}s wait`;

function severityOf(count: number, whose: 'request' | 'call', { thresholds }: Measured): Finding['severity'] {
  if (whose === 'call') return 'info';
  return count >= thresholds.neverSettled.errorRequests ? 'error' : 'warning';
}

/** What is known of whoever could settle them. */
function outlook(leaves: readonly PendingRecord[]): string {
  if (leaves.every(({ reach }) => reach === PendingReach.Gone))
    return 'can never go on: nobody holds the promise or its resolver any more';
  const none = leaves.length === 1 ? 'has not gone on' : 'none has gone on';
  return leaves.every(({ reach }) => reach === PendingReach.Held)
    ? `${none}, though its resolver is still held`
    : none;
}

/** Who settled those that did go on at this line. */
function settledBy(frame: Frame, { waits, tables }: Measured): string {
  const kinds = new Map<WaitKind, number>();
  for (const { settledUs, stack, innermost, wakerType } of waits.samples) {
    if (settledUs < 0 || !innermost) continue;
    const inner = ownFrames(stack, tables)[0];
    if (inner?.line !== frame.line || inner.file !== frame.file) continue;
    const kind = waitKindOf(tables.types[wakerType] ?? '');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const [most] = [...kinds].sort((a, b) => b[1] - a[1]);
  const words = most && SETTLERS[most[0]];
  return words === undefined ? '' : `. Others were settled here by ${words}`;
}

const SETTLERS: Partial<Record<WaitKind, string>> = {
  timer: 'a timer',
  fs: 'a file operation',
  dns: 'a name look-up',
  net: 'a connection',
  http: 'an HTTP connection',
  'child-process': 'a child process',
  worker: 'a worker',
  crypto: 'a crypto job',
  zlib: 'a zlib job',
};

function ageMs(record: PendingRecord, { endUs }: Measured): number {
  return microsToMillis(endUs - record.bornUs);
}

/** The nearest frame of the user's own code. */
function ownFrame(record: PendingRecord, measured: Measured): Frame | undefined {
  return stackOf(record, measured)
    .map((id) => measured.tables.frames[id])
    .find((frame) => frame?.owner === 'own' && frame.async !== 'all');
}

function stackOf(record: PendingRecord, { tables }: Measured): number[] {
  return (tables.stacks[record.stack] ?? []).filter((id) => id !== 0);
}
