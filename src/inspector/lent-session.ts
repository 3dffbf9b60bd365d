import { connect } from './connection.ts';
import type { Connection } from './connection.ts';

/** A way to a process. */
export interface Entrance {
  connection: Connection;
  /** `lent`: the session is a debugger's, which goes on using it. */
  session: 'own' | 'lent';
}

/**
 * Connects to an address that may be that of a debugger's proxy. VS Code's debugger offers one: it hands commands on to
 * the debugger's own session, and events only to who asked for them by `JsDebug.subscribe`.
 * @throws UserError `unreachable` when nobody answers, or somebody else than an inspector does
 */
export async function connectOrBorrow(url: string): Promise<Entrance> {
  const connection = await connect(url);
  try {
    await connection.send('JsDebug.subscribe', { events: [] }, PROXY_MS);
  } catch {
    return { connection, session: 'own' };
  }
  return { connection: borrow(connection), session: 'lent' };
}

/** The proxy answers by itself, however long the process is held. */
const PROXY_MS = 3000;

/** What the debugger does with these cannot be shared: stops, how the process ends, which workers are attached. */
const THEIRS = /^(Debugger|NodeRuntime|NodeWorker)\./;

/**
 * The debugger's session with what would disturb it left out: its own domains are refused, and nothing is switched off,
 * since one `disable` is for all who use the session.
 */
function borrow(connection: Connection): Connection {
  const subscribed = new Set<string>();
  return {
    closed: connection.closed,
    send: <T>(method: string, params?: object, timeoutMs?: number) => {
      if (method.endsWith('.disable')) return Promise.resolve({} as T);
      if (THEIRS.test(method)) {
        return Promise.reject(new Error(`${method}: the session is a debugger's`));
      }
      return connection.send<T>(method, params, timeoutMs);
    },
    on: (event, listener) => {
      connection.on(event, listener);
      if (subscribed.has(event) || THEIRS.test(event)) return;
      subscribed.add(event);
      // Commands are handed on in order, so what is sent next is answered after this.
      connection.send('JsDebug.subscribe', { events: [event] }).catch(() => undefined);
    },
    dispose: () => connection.dispose(),
  };
}
