import { millis } from '../../base/figures.ts';
import { RequestKind } from '../../model/event.ts';
import type { Finding } from '../../model/finding.ts';
import type { HandlesNote, OpenHandle } from '../../model/note.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import { isServer, keepsRunning, keptAlive } from '../kept-alive.ts';
import type { KeptAlive } from '../kept-alive.ts';
import type { FindingRule, Measured } from '../measured.ts';
import { byPlace } from '../noted-places.ts';
import type { NotedPlace } from '../noted-places.ts';
import { onlyCall } from '../only-call.ts';
import { locationOf, ownFrames, stepsOf } from '../places.ts';

/** A request that ended this long ago has no use for what it opened, µs. */
const ENDED_US = 500_000;

/** Timers, sockets and watchers that are opened again and again and never closed, or that keep a finished program alive. */
export const handleLeak: FindingRule = {
  id: 'handle-leak',
  find: (measured) => {
    const notes = measured.notes.filter((note) => note.kind === 'handles');
    const last = notes.at(-1);
    if (!last) return [];
    const { places } = byPlace(last.handles, measured, ({ type }) => type);
    const leaks = places.filter((place) => leaksAt(place, notes, measured));
    if (leaks.length > 0) return leaks.map((place) => describeLeak(place, last, measured));
    const kept = keptAlive(last, measured);
    if (!kept) return [];
    return [...places, ...placesOfServers(last, measured)]
      .filter(({ notes: handles }) => handles.some(keepsRunning))
      .map((place) => describeKept(place, kept));
  },
};

/** Many at one line: opened by requests that have ended, or more and more over the time of the recording. */
function leaksAt(
  { notes: handles }: NotedPlace<OpenHandle>,
  notes: readonly HandlesNote[],
  measured: Measured,
): boolean {
  const { growth, count } = measured.thresholds.handleLeak;
  if (handles.length < growth) return false;
  const { ids } = measured.work;
  const outliving = handles.filter(({ id }) => {
    const request = measured.requests.get(ids.request(id));
    if (!request || request.kind === RequestKind.WebSocket) return false;
    return request.endUs >= 0 && measured.endUs - request.endUs >= ENDED_US;
  });
  const early = notes[0]!.handles.filter(
    ({ stack, type }) => stack === handles[0]!.stack && type === handles[0]!.type,
  );
  const grown = notes.length > 1 ? handles.length - early.length : 0;
  if (outliving.length >= count || (outliving.length >= growth && grown >= growth)) return true;
  return handles.length >= count && spread(handles, measured);
}

/** True when the handles came into being over most of the recording rather than at once. */
function spread(handles: readonly OpenHandle[], { work, startUs, endUs }: Measured): boolean {
  const born = handles.map(({ id }) => work.ids.bornUs(id)).filter((us) => us >= 0);
  if (born.length < handles.length / 2) return false;
  const middle = (startUs + endUs) / 2;
  const late = born.filter((us) => us > middle).length;
  return late >= born.length * 0.25 && late <= born.length * 0.75;
}

/** A server listens only ticks after it was told to: no stack leads to the line, but the source may have one that can be meant. */
function placesOfServers({ handles }: HandlesNote, { facts, tables }: Measured): NotedPlace<OpenHandle>[] {
  const notes = handles.filter(({ type, stack }) => isServer(type) && ownFrames(stack, tables).length === 0);
  const only = onlyCall('listen', facts);
  return only && notes.length > 0 ? [{ frames: [{ ...only, owner: 'own' }], notes }] : [];
}

function describeLeak(
  { frames, notes: handles }: NotedPlace<OpenHandle>,
  note: HandlesNote,
  measured: Measured,
): Finding {
  const [at, ...outer] = frames;
  const [first] = handles;
  const routes = [
    ...new Set(handles.flatMap(({ id }) => measured.requests.route(measured.work.ids.request(id)) ?? [])),
  ];
  const held = handles.some(({ ref }) => ref) ? ', and they keep the process alive' : '';
  return {
    rule: 'handle-leak',
    severity: 'warning',
    confidence: 'measured',
    message: `${handles.length} ${nameOf(first!)} created here are still open${routes.length > 0 ? ` although their requests are answered` : ''}: more with each call${held}`,
    location: locationOf(at!),
    evidence: {
      count: handles.length,
      totalMs: 0,
      maxMs: round1(microsToMillis(oldest(handles, note, measured))),
      p99Ms: 0,
      loopShare: 0,
      routes,
    },
    chain: [...stepsOf(outer), ...routes.map((label) => ({ kind: 'http-request' as const, label }))],
    related: [],
  };
}

function oldest(handles: readonly OpenHandle[], { timeUs }: HandlesNote, { work }: Measured): number {
  const ages = handles.map(({ id }) => work.ids.bornUs(id)).flatMap((us) => (us < 0 ? [] : timeUs - us));
  return Math.max(0, ...ages);
}

function describeKept(
  { frames, notes: handles }: NotedPlace<OpenHandle>,
  { quietMs, doing }: KeptAlive,
): Finding {
  const [at, ...outer] = frames;
  const keeps = keepers(handles);
  const message =
    doing === 'nothing'
      ? `The program has done nothing for ${millis(quietMs)} and does not end: ${keeps}`
      : `For ${millis(quietMs)} the program has done nothing else, and does not end: ${keeps}`;
  return {
    rule: 'handle-leak',
    severity: 'info',
    confidence: 'measured',
    message,
    location: locationOf(at!),
    evidence: {
      count: handles.length,
      totalMs: 0,
      maxMs: round1(quietMs),
      p99Ms: 0,
      loopShare: 0,
      routes: [],
    },
    chain: stepsOf(outer),
    related: [],
  };
}

function keepers(handles: readonly OpenHandle[]): string {
  const [first] = handles;
  const detail = first!.detail ? ` (${first!.detail})` : '';
  const names = nameOf(first!);
  const { length } = handles;
  const end = first!.type === 'WORKER' ? 'terminate()' : 'Close';
  return length === 1
    ? `the ${names.replace(/s$/, '')}${detail} created here keeps it running. ${end} it, or unref() it`
    : `${length} ${names}${detail} created here keep it running. ${end} them, or unref() them`;
}

/** Handles of a type as people call them. */
function nameOf({ type, detail }: OpenHandle): string {
  if (type === 'Timeout') return detail.startsWith('every') ? 'intervals' : 'timers';
  return NAMES.get(type) ?? `handles (${type})`;
}

const NAMES = new Map([
  ['TCPWRAP', 'connections'],
  ['TCPSOCKETWRAP', 'connections'],
  ['TLSWRAP', 'TLS connections'],
  ['PIPEWRAP', 'pipes'],
  ['TCPSERVERWRAP', 'servers'],
  ['FSEVENTWRAP', 'file watchers'],
  ['STATWATCHER', 'file watchers'],
  ['PROCESSWRAP', 'child processes'],
  ['WORKER', 'workers'],
  ['MESSAGEPORT', 'message ports'],
  ['UDPWRAP', 'UDP sockets'],
]);
