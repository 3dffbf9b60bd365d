import { OWN_URL } from '../agent/protocol.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';
import { listWorkersOf } from './worker-connection.ts';
import type { ConnectedWorker, WorkerList } from './worker-connection.ts';

/** A way to a process. */
export interface Entrance {
  connection: Connection;
  /** `lent`: the session is a debugger's, which goes on using it. */
  session: 'own' | 'lent';
  workers: WorkerList;
}

/** A worker thread that a debugger has a session of, and where it lends that. */
export interface LentWorker {
  /** The thread's number. */
  id: string;
  name: string;
  url: string;
}

/** A session of our own, of a process with all of its workers. */
export const ownEntrance = (connection: Connection): Entrance => ({
  connection,
  session: 'own',
  workers: listWorkersOf(connection),
});

/**
 * Connects to an address that may be that of a debugger's proxy. VS Code's debugger offers one: it hands commands on to
 * the debugger's own session, and events only to who asked for them by `JsDebug.subscribe`.
 * @param lent its sessions of workers: one for each, with a proxy of its own
 * @throws UserError `unreachable` when nobody answers, or somebody else than an inspector does
 */
export async function connectOrBorrow(url: string, lent: readonly LentWorker[] = []): Promise<Entrance> {
  const connection = await connect(url);
  if (!(await isProxy(connection))) return ownEntrance(connection);
  return { connection: borrow(connection), session: 'lent', workers: lentWorkers(lent) };
}

async function isProxy(connection: Connection): Promise<boolean> {
  try {
    await connection.send('JsDebug.subscribe', { events: [] }, PROXY_MS);
    return true;
  } catch {
    return false;
  }
}

/** Those that the debugger had a session of at the time; connected to when they are first asked for. */
function lentWorkers(lent: readonly LentWorker[]): WorkerList {
  let connecting: Promise<unknown> | undefined;
  const present = new Set<ConnectedWorker>();
  const connectTo = async ({ id, name, url }: LentWorker): Promise<void> => {
    const connection = borrow(await connect(url));
    const { result } = await connection.send<{ result: { value?: string } }>(
      'Runtime.evaluate',
      { expression: `String(process.argv[1])\n//# sourceURL=${OWN_URL}worker`, silent: true },
      PROXY_MS,
    );
    const worker = { id, name, script: result.value ?? '', waiting: false, connection };
    present.add(worker);
    void connection.closed.then(() => present.delete(worker));
  };
  return {
    list: async () => {
      // One that has ended meanwhile is not there.
      connecting ??= Promise.allSettled(lent.map(connectTo));
      await connecting;
      return [...present];
    },
    close: () => {
      for (const { connection } of present) connection.dispose();
      return Promise.resolve();
    },
  };
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
