import type * as Events from 'node:events';
import type * as Inspector from 'node:inspector';
import { MANY_LISTENERS } from './listeners.ts';
import type { AgentMessage } from './protocol.ts';

/** In a larger heap the look would hold the program for longer than a heartbeat or two, bytes. */
const MAX_HEAP = 50e6;
const MAX_CROWDS = 50;

/** Listeners for one event of one emitter. */
interface Crowd {
  /** Name of its class. */
  emitter: string;
  event: string;
  count: number;
}

/**
 * Answers a look at the end, for emitters with many listeners for an event of which Node did not warn, because the program had
 * switched the warning off. By one garbage collection, and a walk over the heap; tells none where the process has no inspector,
 * or a large heap.
 */
export function lookForCrowds(
  require: NodeJS.Require,
  send: (message: AgentMessage) => void,
): (time: number) => void {
  const events = require('node:events') as typeof Events;
  let inspector: typeof Inspector | undefined;
  try {
    inspector = require('node:inspector') as typeof Inspector;
  } catch {
    // A build of Node without one.
  }
  return (time) => {
    if (!inspector || process.memoryUsage().heapUsed > MAX_HEAP) return;
    const session = new inspector.Session();
    try {
      session.connect();
      const crowds = askForCrowds(session, [MANY_LISTENERS, events.defaultMaxListeners, MAX_CROWDS]);
      if (!Array.isArray(crowds)) return;
      for (const crowd of crowds as Crowd[]) send({ t: 'listeners', time, frames: [], ...crowd });
    } catch {
      // The permission model forbids it.
    } finally {
      session.disconnect();
    }
  };
}

/** What is used of the answers to `Runtime.evaluate`, `queryObjects` and `callFunctionOn`. */
interface Answer {
  result?: { objectId?: string; value?: unknown };
  objects?: { objectId?: string };
}

function askForCrowds(session: Inspector.Session, parameters: number[]): unknown {
  const objectGroup = 'looplens';
  // On one's own thread, what is asked is answered before `post` returns.
  const ask = (method: string, params: object): Answer | undefined => {
    let answer: Answer | undefined;
    session.post(method, params, (_error: Error | null, result: unknown) => {
      answer = result as Answer | undefined;
    });
    return answer;
  };
  const prototype = ask('Runtime.evaluate', {
    // That of EventEmitter: nothing has to be handed over by a global name.
    expression: 'Object.getPrototypeOf(Object.getPrototypeOf(process))',
    objectGroup,
  });
  const all = ask('Runtime.queryObjects', {
    prototypeObjectId: prototype?.result?.objectId,
    objectGroup,
  });
  const found = ask('Runtime.callFunctionOn', {
    objectId: all?.objects?.objectId,
    functionDeclaration: String(crowdsOf),
    arguments: parameters.map((value) => ({ value })),
    returnByValue: true,
  });
  ask('Runtime.releaseObjectGroup', { objectGroup });
  return found?.result?.value;
}

/** Runs by itself on the array of all emitters. Reads fields only, and no getter of the program's. */
function crowdsOf(this: object[], least: number, usual: number, most: number): Crowd[] {
  const field = (object: object, name: string): unknown =>
    Object.getOwnPropertyDescriptor(object, name)?.value;
  const nameOf = (object: object): string => {
    let at = object as object | null;
    while (at && typeof field(at, 'constructor') !== 'function')
      at = Object.getPrototypeOf(at) as object | null;
    const name = at && field(field(at, 'constructor') as object, 'name');
    return typeof name === 'string' ? name : '';
  };
  const crowds: Crowd[] = [];
  for (const emitter of this) {
    const events = field(emitter, '_events');
    if (typeof events !== 'object' || events === null) continue;
    const own = field(emitter, '_maxListeners');
    const max = typeof own === 'number' ? own : usual;
    for (const event of Reflect.ownKeys(events)) {
      const listeners = field(events, event as string);
      if (!Array.isArray(listeners) || listeners.length < least || crowds.length >= most) continue;
      if (max !== 0 && listeners.length > max) continue;
      crowds.push({ emitter: nameOf(emitter), event: String(event), count: listeners.length });
    }
  }
  return crowds;
}
