import { className } from './handles.ts';
import type { AgentMessage, RawFrame } from './protocol.ts';
import { parseStack } from './stacks.ts';

/** So many listeners for one event are worth a word; then again each time they have doubled. */
const MANY = 11;
/** Emitters looked at in one go, and emitters of which a count is kept. */
const MAX_LOOKED_AT = 100;
const MAX_REPORTS = 200;

interface ListenersPorts {
  now: () => number;
  send: (message: AgentMessage) => void;
  /** Emitters that can be reached: open sockets, servers, children. */
  emitters: () => object[];
}

/** Notices emitters that collect listeners. */
export interface ListenerWatch {
  /** Looks at the emitters that are open. */
  look: () => void;
  stop: () => void;
}

/**
 * Costs nothing while nothing grows: Node itself warns once of an emitter with too many listeners, and our own look from
 * time to time finds those for which the program had switched the warning off, `process` among them.
 */
export function watchListeners({ now, send, emitters }: ListenersPorts): ListenerWatch {
  let reports = 0;
  /** Per emitter: listeners of each event when last spoken of. */
  let told = new WeakMap<object, Map<string, number>>();

  const tell = (emitter: object, event: string, count: number, frames: RawFrame[]): void => {
    if (reports >= MAX_REPORTS) return;
    let events = told.get(emitter);
    if (!events) told.set(emitter, (events = new Map<string, number>()));
    if (count < (events.get(event) ?? 0) * 2) return;
    events.set(event, count);
    reports++;
    send({ t: 'listeners', time: now(), emitter: className(emitter), event, count, frames });
  };

  const onWarning = (warning: Error): void => {
    if (warning.name !== 'MaxListenersExceededWarning') return;
    const { emitter, target, type, count } = warning as {
      emitter?: object;
      target?: object;
      type?: unknown;
      count?: unknown;
    };
    const grown = emitter ?? target;
    if (!grown || typeof count !== 'number') return;
    try {
      tell(grown, String(type), count, parseStack(warning.stack ?? ''));
    } catch {
      // A getter of the program's emitter threw.
    }
  };
  process.on('warning', onWarning);

  return {
    look: () => {
      for (const emitter of [process, ...emitters().slice(0, MAX_LOOKED_AT)] as NodeJS.EventEmitter[]) {
        for (const event of emitter.eventNames()) {
          const count = emitter.listenerCount(event);
          if (count >= MANY) tell(emitter, String(event), count, []);
        }
      }
    },
    stop: () => {
      process.off('warning', onWarning);
      told = new WeakMap();
    },
  };
}
