import { millis } from '../../base/figures.ts';
import { RequestKind } from '../../model/event.ts';
import type { Finding } from '../../model/finding.ts';
import type { Frame, SourceLocation } from '../../model/location.ts';
import type { CallSite, SourceFacts } from '../../model/source-facts.ts';
import { microsToMillis, round1 } from '../../model/units.ts';
import type { FindingRule, Measured } from '../measured.ts';
import type { RequestRecord } from '../passes/requests.ts';
import { heaviestPlace, locationOf, ownFrames } from '../places.ts';
import { recheckCount } from '../recheck.ts';
import { ascending } from '../statistics.ts';

/** A client that gave up sooner than this may have had its own reasons, ms. */
const GAVE_UP_MS = 300;

/** Calls by which a handler keeps a response open on purpose: it streams, or keeps the response for later. */
const KEEPS_OPEN =
  /^(write|flushHeaders|pipe|pipeline|pipeTo|add|push|set|subscribe|enqueue|upgrade|hijack)$/;

/** The same anywhere in the file, where the handler itself was not seen. */
const STREAMS = /^(write|flushHeaders|pipe|pipeline|pipeTo|subscribe|enqueue|upgrade|hijack)$/;
const STORES = /^(add|push|set|unshift)$/;

/** Names of what a program keeps to answer later. Its routes, layers and records are kept as well, and answer nobody. */
const ANSWERS_LATER =
  /^_?(re[sp]|response|reply|ctx|context|client|socket|ws|conn|connection|stream|resolve\w*|done|cb|callback|next|waiter|waiting|pending|listener|subscriber|job|task|entry|item)$/i;

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
      return [describe(route, forgotten, requests.length, place, measured)];
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

interface Place {
  location: SourceLocation;
  chain: SourceLocation[];
  /** `route`: where the handler is written and given to a framework. `server`: only where the server is made is known, of all that ran for the request. */
  seen: 'handler' | 'route' | 'server' | 'server-that-stores';
}

/** The innermost own function that was seen to run for these requests: what it created, or what the profile shows. */
function handlerOf(route: string, requests: readonly RequestRecord[], measured: Measured): Place | undefined {
  const ids = new Set(requests.map(({ id }) => id));
  const created = heaviestPlace(
    [...measured.births.all()]
      .filter(({ request }) => ids.has(request))
      .map(({ stack, weight }): { frames: Frame[]; weight: number } => ({
        frames: ownFrames(stack, measured.tables),
        weight,
      })),
  );
  if (created) {
    const [at, ...outer] = created.frames.map(locationOf);
    return { location: at!, chain: outer, seen: 'handler' };
  }
  return sampledHandler(ids, measured) ?? registrationOf(route, measured) ?? serverOf(measured);
}

function sampledHandler(ids: ReadonlySet<number>, { profile, work, lines }: Measured): Place | undefined {
  const counts = new Map<string, { count: number; place: Place }>();
  const { spans } = work;
  for (let i = 0; i < spans.length; i++) {
    if (!ids.has(spans.request(i))) continue;
    for (const [{ path }, count] of profile.count(spans.start(i), spans.end(i))) {
      const level = path.levels.at(-1);
      if (level?.frame.owner !== 'own') continue;
      const known = counts.get(level.key);
      if (known) known.count += count;
      else {
        const [, ...outer] = [...path.levels].reverse();
        const chain = outer.map((one) => lines.ofCall(one));
        const place: Place = { location: locationOf(level.frame), chain, seen: 'handler' };
        counts.set(level.key, { count, place });
      }
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.place;
}

/** The only call that registers a handler for the route, as frameworks take them: `app.get('/orders/:id', …)`. */
function registrationOf(route: string, { facts }: Measured): Place | undefined {
  const [method = '', path] = route.split(' ', 2);
  const found = facts.flatMap((source) =>
    source.calls
      .filter(
        (call) => call.path === path && (REGISTERS.test(call.callee) || call.callee === method.toLowerCase()),
      )
      .map((call) => ({ source, call })),
  );
  const [only] = found;
  if (!only || found.length > 1) return undefined;
  const { source, call } = only;
  // A handler that is written elsewhere may do whatever its file does.
  const here = source.functions?.some(({ first }) => first === call.line);
  return here ? { location: placeOf(source, call), chain: [], seen: 'route' } : asServer(source, call);
}

const REGISTERS = /^(all|use|route|on)$/;

/** Where the program's only server is made: a handler that is too short was not seen to run. */
function serverOf({ facts }: Measured): Place | undefined {
  const servers = facts.flatMap((source) =>
    source.calls.filter(({ callee }) => callee === 'createServer').map((call) => ({ source, call })),
  );
  const [only] = servers;
  return only && servers.length === 1 ? asServer(only.source, only.call) : undefined;
}

/** A call behind which any handler of its file may be: silent where one of them streams. */
function asServer(source: SourceFacts, call: CallSite): Place | undefined {
  if (source.calls.some(({ callee }) => STREAMS.test(callee))) return undefined;
  const stores = source.calls.some(
    ({ callee, kept = [] }) => STORES.test(callee) && kept.some((name) => ANSWERS_LATER.test(name)),
  );
  return { location: placeOf(source, call), chain: [], seen: stores ? 'server-that-stores' : 'server' };
}

function placeOf({ file }: SourceFacts, { line, column }: CallSite): SourceLocation {
  return { file, line, column };
}

/** The handler's own function has a call by which responses are kept open on purpose. */
function keepsOpen({ location: { file, line }, seen }: Place, { lines }: Measured): boolean {
  if (seen !== 'handler' && seen !== 'route') return false;
  const calls = seen === 'route' ? lines.callsFrom(file, line) : lines.callsAround(file, line);
  return calls.some((call) => KEEPS_OPEN.test(call.callee));
}

function describe(
  route: string,
  forgotten: readonly RequestRecord[],
  all: number,
  { location, chain, seen }: Place,
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
