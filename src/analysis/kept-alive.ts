import { RequestKind } from '../model/event.ts';
import type { HandlesNote, OpenHandle } from '../model/note.ts';
import { microsToMillis } from '../model/units.ts';
import type { Measured } from './measured.ts';
import { ascending, quantile } from './statistics.ts';

/** A program that has nothing left to do and does not end. */
export interface KeptAlive {
  /** How long it has done nothing, ms. */
  quietMs: number;
  /** `intervals`: nothing but the intervals that keep it running has run, and these began nothing. */
  doing: 'nothing' | 'intervals';
}

/** Says whether, at the end of a recording, nothing ran any more, nobody could come in, and yet `handles` held the process. */
export function keptAlive({ handles }: HandlesNote, measured: Measured): KeptAlive | undefined {
  const { requests, thresholds, ended, thread } = measured;
  if (ended === 'target-exited' || ended === undefined || !thread.isFirst) return undefined;
  const holding = handles.filter(keepsRunning);
  const threads = quietThreads(handles, measured);
  if (threads === undefined) return undefined;
  // A message of a worker is its answer.
  const cameIn = requests.records.filter(({ kind }) => kind !== RequestKind.Message).length;
  const alone = cameIn > 0 && servesOnlyItself(holding, cameIn, measured);
  if (cameIn > 0 && !alone) return undefined;
  if (holding.some(({ type }) => SERVES.test(type) && !(alone && isServer(type)))) return undefined;
  const nothing = Math.min(
    threads,
    microsToMillis(measured.endUs - lastWork(measured, () => false, LATE_TOUCHES)),
  );
  if (nothing >= thresholds.handleLeak.quietMs) return { quietMs: nothing, doing: 'nothing' };
  const intervals = Math.min(threads, quietButFor(holding, measured));
  return intervals >= thresholds.handleLeak.quietMs ? { quietMs: intervals, doing: 'intervals' } : undefined;
}

/** Every process has its standard streams; they do not keep it running. */
export function keepsRunning({ ref, detail }: OpenHandle): boolean {
  return ref && !/^std(in|out|err)$/.test(detail);
}

/** A handle that somebody may connect to. */
export function isServer(type: string): boolean {
  return type === 'TCPSERVERWRAP' || type === 'PIPESERVERWRAP';
}

/** Somebody may come in by these, or something may happen to what they watch. */
const SERVES =
  /^(TCPSERVERWRAP|PIPESERVERWRAP|UDPWRAP|FSEVENTWRAP|STATWATCHER|SIGNALWRAP|TTYWRAP|MESSAGEPORT|PROCESSWRAP|PIPEWRAP)$/;

/**
 * How long all threads that the main one keeps have done nothing but wait for messages, ms; Infinity without any, undefined where one
 * of them may have something else to wait for, or is not known.
 */
function quietThreads(handles: readonly OpenHandle[], { workers }: Measured): number | undefined {
  const kept = handles.filter(({ type }) => type === 'WORKER').length;
  if (kept === 0) return Infinity;
  if (workers.length !== kept || workers.some(({ waitsFor }) => waitsFor !== 'messages')) return undefined;
  return Math.min(...workers.map(({ quietMs }) => quietMs));
}

/** What runs while the recorder leaves is not counted, nor that a promise was touched to see what waits for it, µs. */
const LEAVING_US = 200_000;
const TOUCHED_US = 100;
const LATE_TOUCH_US = 2_000;
export const LATE_TOUCHES = 3;

/**
 * End of the last work but for spans that `leavesOut`, µs; the end of the recording when nothing ever ran.
 * @param lateTouches so many spans may be touches that took long
 */
export function lastWork(
  measured: Pick<Measured, 'work' | 'immediates' | 'heartbeats' | 'endUs'>,
  leavesOut: (span: number) => boolean,
  lateTouches: number,
): number {
  const { spans } = measured.work;
  // Immediates that set each other are as short as a touch.
  if (measured.immediates.dueShare() > 0.5) return measured.immediates.lastRunUs;
  let late = 0;
  for (let i = spans.firstEndingAfter(measured.endUs - LEAVING_US) - 1; i >= 0; i--) {
    const touched = spans.request(i) === 0 && spans.end(i) - spans.start(i) < TOUCHED_US;
    if (touched || leavesOut(i)) continue;
    if (!isLateTouch(measured, i) || ++late > lateTouches) return spans.end(i);
  }
  return measured.endUs;
}

/** Promises are touched right after a heartbeat. On a crowded machine that takes long now and then. */
function isLateTouch(
  { work: { spans }, heartbeats }: Pick<Measured, 'work' | 'heartbeats'>,
  i: number,
): boolean {
  if (spans.request(i) !== 0 || spans.end(i) - spans.start(i) >= LATE_TOUCH_US) return false;
  const last = heartbeats.timesUs[heartbeats.firstAfter(spans.start(i)) - 1];
  return last !== undefined && spans.start(i) - last < LATE_TOUCH_US;
}

/** A program whose only work are its intervals did something else for so long after it had set them, µs. */
const DID_MORE_US = 150_000;

/** Firings that mostly last so long, with all that follows from them, began something, µs. */
const BEGAN_US = 5_000;

/** How long nothing but the intervals among `holding` has run, ms; 0 when something else holds the process, too. */
function quietButFor(holding: readonly OpenHandle[], measured: Measured): number {
  const { intervals, operations, work, header, endUs } = measured;
  // Of a program that ran before we came it is not known what it had to do.
  if (header.attachedLate || holding.length === 0) return 0;
  const ids = new Set(holding.map(({ id }) => id));
  const records = intervals.records.filter(({ id }) => ids.has(id));
  if (records.length < holding.length) return 0;
  const firings = records.flatMap((record) => record.firings);
  if (quantile(ascending(firings.map(({ startUs, lastUs }) => lastUs - startUs)), 0.7) >= BEGAN_US) return 0;
  const firsts = records.map((record) => record.firings[0]!.startUs);
  const { spans } = work;
  // The first firing of an interval is not known as such when it runs.
  const isFiring = (span: number): boolean =>
    spans.request(span) < 0 ||
    firsts.some((us) => spans.start(span) >= us - TOUCHED_US && spans.start(span) < us + BEGAN_US);
  const last = lastWork(measured, (span) => isFiring(span) || isLateTouch(measured, span), 0);
  const set = Math.max(...records.map(({ id }) => work.ids.bornUs(id)));
  if (set < 0 || last < set + DID_MORE_US) return 0;
  return operations.all().some(({ startUs }) => startUs > last) ? 0 : microsToMillis(endUs - last);
}

/** Every request that came in was sent by the program itself, as a test does to the server that it starts. */
function servesOnlyItself(
  handles: readonly OpenHandle[],
  cameIn: number,
  { operations, tables }: Measured,
): boolean {
  const ports = new Set(
    handles.flatMap(({ type, detail }) => (isServer(type) ? (/:(\d+)$/.exec(detail)?.[1] ?? []) : [])),
  );
  const asked = operations.all().filter(({ label }) => {
    const port = /^\S+ https?:\/\/[^/]*:(\d+)(\/|$)/.exec(tables.labels[label] ?? '')?.[1];
    return port !== undefined && ports.has(port);
  });
  return asked.length >= cameIn;
}
