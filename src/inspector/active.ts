import { OWN_URL } from '../agent/protocol.ts';
import type { AliveKind } from '../model/alive.ts';
import type { Connection } from './connection.ts';
import { describeActive } from './describe-active.ts';
import { evaluateWithRequire, type EvaluateAnswer } from './evaluate.ts';

/** An open resource of a thread, before source maps. */
export interface ActiveThing {
  kind: AliveKind;
  detail: string;
  ref: 'holds' | 'does-not-hold';
  /** Functions that it calls, Node's own included; lines and columns from 1, of the running code. */
  calls: { function: string; url: string; line: number; column: number }[];
}

const GROUP = 'looplens-active';
const ANSWER_MS = 20_000;
/** A walk through the heap, of any size. */
const QUERY_MS = 300_000;

/**
 * What keeps a thread's event loop turning: timers, handles and requests. Costs a garbage collection; enables no debugger
 * and leaves nothing behind.
 * @throws Error when the thread does not answer
 */
export async function readActive(session: Connection): Promise<ActiveThing[]> {
  try {
    // A timer's class has no other name that a program could not have replaced.
    const prototype = await evaluate(
      session,
      `(function(timers){ const timer = timers.setTimeout(() => undefined, 1e6); timers.clearTimeout(timer); return Object.getPrototypeOf(timer); })(require('node:timers'))`,
    );
    const { objects } = await session.send<{ objects: { objectId: string } }>(
      'Runtime.queryObjects',
      { prototypeObjectId: prototype, objectGroup: GROUP },
      QUERY_MS,
    );
    const described = await call(session, objects.objectId, describeActive.toString());
    const things = await jsonOf<Omit<ActiveThing, 'calls'>[]>(
      session,
      described,
      'function() { return this.things; }',
    );
    const owners = await jsonOf<number[]>(session, described, 'function() { return this.owners; }');
    const functions = await call(session, described, 'function() { return this.functions; }');
    const places = await placesOf(session, functions);
    return things.map((thing, index) => ({
      ...thing,
      calls: places.flatMap((place, k) => (place && owners[k] === index ? [place] : [])),
    }));
  } finally {
    await session
      .send('Runtime.releaseObjectGroup', { objectGroup: GROUP }, ANSWER_MS)
      .catch(() => undefined);
  }
}

type Place = ActiveThing['calls'][number];

/** Where functions of an array begin; undefined for what has no place. */
async function placesOf(session: Connection, functions: string): Promise<(Place | undefined)[]> {
  const { result } = await session.send<Properties>(
    'Runtime.getProperties',
    { objectId: functions, ownProperties: true },
    ANSWER_MS,
  );
  const ids = result.flatMap(({ name, value }) =>
    /^\d+$/.test(name) && value?.objectId ? [value.objectId] : [],
  );
  if (ids.length === 0) return [];
  // The only way from a script's id to its name that needs no debugger.
  const coverage = await session.send<{ result: { scriptId: string; url: string }[] }>(
    'Profiler.getBestEffortCoverage',
    {},
    QUERY_MS,
  );
  const urls = new Map(coverage.result.map(({ scriptId, url }) => [scriptId, url]));
  return Promise.all(
    ids.map(async (objectId) => {
      const { result: own, internalProperties = [] } = await session.send<Properties>(
        'Runtime.getProperties',
        { objectId, ownProperties: true },
        ANSWER_MS,
      );
      const place = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value as
        { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
      const url = place && urls.get(place.scriptId);
      if (!place || !url) return undefined;
      const named: unknown = own.find(({ name }) => name === 'name')?.value?.value;
      return {
        function: typeof named === 'string' ? named : '',
        url,
        line: place.lineNumber + 1,
        column: place.columnNumber + 1,
      };
    }),
  );
}

interface Properties {
  result: Property[];
  internalProperties?: Property[];
}
interface Property {
  name: string;
  value?: { objectId?: string; value?: unknown };
}
async function evaluate(session: Connection, expression: string): Promise<string> {
  const url = `${OWN_URL}active`;
  return objectOf(
    await evaluateWithRequire(session, expression, { url, objectGroup: GROUP, timeoutMs: ANSWER_MS }),
  );
}

async function call(session: Connection, objectId: string, source: string): Promise<string> {
  const functionDeclaration = `${source}\n//# sourceURL=${OWN_URL}active\n`;
  const answer = await session.send<EvaluateAnswer>(
    'Runtime.callFunctionOn',
    { objectId, functionDeclaration, objectGroup: GROUP, silent: true },
    ANSWER_MS,
  );
  return objectOf(answer);
}

async function jsonOf<T>(session: Connection, objectId: string, source: string): Promise<T> {
  const { result } = await session.send<EvaluateAnswer>(
    'Runtime.callFunctionOn',
    { objectId, functionDeclaration: source, returnByValue: true, silent: true },
    ANSWER_MS,
  );
  return result.value as T;
}

function objectOf({ result, exceptionDetails }: EvaluateAnswer): string {
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.objectId ?? '';
}
