import type { WaitKind } from '../model/finding.ts';
import type { Frame, SourceLocation } from '../model/location.ts';
import type { CallSite, SourceFacts } from '../model/source-facts.ts';
import { SourceFunctions } from './contexts/functions.ts';
import type { Measured } from './measured.ts';
import type { RequestRecord } from './passes/requests.ts';
import { heaviestPlace, locationOf, ownFrames } from './places.ts';

/** Calls by which a handler keeps a response open on purpose: it streams, or keeps the response for later. */
const KEEPS_OPEN =
  /^(write|flushHeaders|pipe|pipeline|pipeTo|add|push|set|subscribe|enqueue|upgrade|hijack)$/;

/** What a response is called. */
const RESPONSE = /^_?(re[sp]|response|reply|raw|ctx|context|stream|sse|output|ws)$/i;

/** The same anywhere in the file, where the handler itself was not seen. */
const STREAMS = /^(write|flushHeaders|pipe|pipeline|pipeTo|subscribe|enqueue|upgrade|hijack)$/;
const STORES = /^(add|push|set|unshift)$/;

/** Names of what a program keeps to answer later. Its routes, layers and records are kept as well, and answer nobody. */
const ANSWERS_LATER =
  /^_?(re[sp]|response|reply|ctx|context|client|socket|ws|conn|connection|stream|resolve\w*|done|cb|callback|next|waiter|waiting|pending|listener|subscriber|job|task|entry|item)$/i;

/** The function that answers the requests of a route, as far as it was seen or the source tells. */
export interface HandlerPlace {
  location: SourceLocation;
  chain: SourceLocation[];
  /** `route`: where the handler is written and given to a framework. `server`: only where the server is made is known, of all that ran for the request. */
  seen: 'handler' | 'route' | 'server' | 'server-that-stores';
}

/** The innermost own function that was seen to run for these requests: what it created, or what the profile shows. */
export function handlerOf(
  route: string,
  requests: readonly RequestRecord[],
  measured: Measured,
): HandlerPlace | undefined {
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

function sampledHandler(
  ids: ReadonlySet<number>,
  { profile, work, lines }: Measured,
): HandlerPlace | undefined {
  const counts = new Map<string, { count: number; place: HandlerPlace }>();
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
        const place: HandlerPlace = { location: locationOf(level.frame), chain, seen: 'handler' };
        counts.set(level.key, { count, place });
      }
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.place;
}

/** The only call that registers a handler for the route, as frameworks take them: `app.get('/orders/:id', …)`. */
function registrationOf(route: string, { facts }: Measured): HandlerPlace | undefined {
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
function serverOf({ facts }: Measured): HandlerPlace | undefined {
  const servers = facts.flatMap((source) =>
    source.calls.filter(({ callee }) => callee === 'createServer').map((call) => ({ source, call })),
  );
  const [only] = servers;
  return only && servers.length === 1 ? asServer(only.source, only.call) : undefined;
}

/** A call behind which any handler of its file may be: silent where one of them streams. */
function asServer(source: SourceFacts, call: CallSite): HandlerPlace | undefined {
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
export function keepsOpen({ location: { file, line }, seen }: HandlerPlace, { lines }: Measured): boolean {
  if (seen !== 'handler' && seen !== 'route') return false;
  const calls = seen === 'route' ? lines.callsFrom(file, line) : lines.callsAround(file, line);
  return calls.some((call) => KEEPS_OPEN.test(call.callee));
}

/** The place in the innermost function that was handed the response, as its source tells; the place itself where none was. */
export function withResponse(place: HandlerPlace, { facts }: Pick<Measured, 'facts'>): HandlerPlace {
  if (place.seen !== 'handler') return place;
  const source = new SourceFunctions(facts);
  const steps = [place.location, ...place.chain];
  const at = steps.findIndex((step) => source.at(step)?.parameters?.some((name) => RESPONSE.test(name)));
  return at < 0 ? place : { ...place, location: steps[at]!, chain: steps.slice(at + 1) };
}

/**
 * What a handler whose callbacks are called later waits for, as its source tells: undefined where it answers little by little, or
 * keeps the response, since how long that takes says nothing. Else its place; where it sends to somebody else or asks them, that call.
 */
export function callsBackAt(
  handler: HandlerPlace,
  kind: WaitKind,
  { lines }: Pick<Measured, 'lines'>,
): SourceLocation | undefined {
  const { location } = handler;
  const calls = lines.callsAround(location.file, location.line);
  const sent = calls.filter(isSent);
  const keepsOpen = calls.some((call) => {
    const { callee, kept = [] } = call;
    if (callee === 'write') return !isSent(call);
    // A callback that is kept while something is sent waits for the answer to that.
    if (STORES.test(callee))
      return kept.some((name) => (sent.length > 0 ? RESPONSE : ANSWERS_LATER).test(name));
    return STREAMS.test(callee);
  });
  if (keepsOpen) return undefined;
  const asked = sent.length > 0 || kind !== 'http' ? sent : calls.filter(({ callee }) => ASKS.test(callee));
  const [only] = asked;
  return only && asked.length === 1 ? { ...location, line: only.line, column: only.column } : location;
}

/** Calls that ask another server over HTTP. */
const ASKS = /^(get|request|fetch|axios|got|needle)$/;

const isSent = ({ receiver }: CallSite): boolean => receiver !== undefined && !RESPONSE.test(receiver);
