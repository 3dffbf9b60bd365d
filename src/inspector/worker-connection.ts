import type { Connection } from './connection.ts';

/** A worker thread of a process that we are connected to, with an inspector session of its own. */
export interface ConnectedWorker {
  /** The inspector's number of it, and the name that people see: `[worker 1] resize`. */
  id: string;
  name: string;
  /** Path or URL of its script; '' where it has none. */
  script: string;
  /** It stands before its first line until `Runtime.runIfWaitingForDebugger`. */
  waiting: boolean;
  connection: Connection;
}

interface Attached {
  sessionId: string;
  workerInfo: { workerId: string; title: string; url: string };
  waitingForDebugger: boolean;
}

const ANSWER_MS = 20_000;

/**
 * Connects to all workers of a process, those of workers too, now and as they start.
 *
 * @param start `stopped`: new ones wait for `Runtime.runIfWaitingForDebugger`, so that nothing of them is missed
 */
export async function followWorkers(
  main: Connection,
  start: 'stopped' | 'running',
  onWorker: (worker: ConnectedWorker) => void,
): Promise<void> {
  const sessions = new Map<string, WorkerSession>();
  main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo, waitingForDebugger }: Attached) => {
    const session = workerSession(main, sessionId);
    sessions.set(sessionId, session);
    onWorker({
      id: workerInfo.workerId,
      name: workerInfo.title,
      script: workerInfo.url,
      waiting: waitingForDebugger,
      connection: session.connection,
    });
  });
  main.on('NodeWorker.receivedMessageFromWorker', (event: { sessionId: string; message: string }) => {
    sessions.get(event.sessionId)?.receive(event.message);
  });
  main.on('NodeWorker.detachedFromWorker', ({ sessionId }: { sessionId: string }) => {
    sessions.get(sessionId)?.end();
    sessions.delete(sessionId);
  });
  void main.closed.then(() => {
    for (const session of sessions.values()) session.end();
  });
  await main.send('NodeWorker.enable', { waitForDebuggerOnStart: start === 'stopped' });
}

/** How long the inspector may take to name its workers, ms: it tells them one by one and never says that it is done. */
const WORKERS_MS = 150;

/** The workers of a process, for one who asks now and then. */
export interface WorkerList {
  /** Those that run when it is first asked, and those that came later. */
  list(): Promise<ConnectedWorker[]>;
  close(): Promise<void>;
}

/** Connects to the workers of a process when they are first asked for. */
export function listWorkersOf(main: Connection): WorkerList {
  const workers = new Map<string, ConnectedWorker>();
  let following: 'no' | 'yes' | 'closed' = 'no';
  return {
    list: async () => {
      if (following === 'no') {
        following = 'yes';
        await followWorkers(main, 'running', (worker) => {
          workers.set(worker.id, worker);
          void worker.connection.closed.then(() => workers.delete(worker.id));
          // One that inherited --inspect-brk waits for us.
          worker.connection.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
        });
        await new Promise((resolve) => setTimeout(resolve, WORKERS_MS));
      }
      return [...workers.values()];
    },
    close: async () => {
      if (following === 'yes') await main.send('NodeWorker.disable', {}, 2000).catch(() => undefined);
      following = 'closed';
      for (const { connection } of workers.values()) connection.dispose();
    },
  };
}

interface WorkerSession {
  connection: Connection;
  receive(message: string): void;
  end(): void;
}

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
  method: string;
}

/** The protocol inside the protocol: messages of a worker's session travel as text through the main one. */
function workerSession(main: Connection, sessionId: string): WorkerSession {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, ((params: never) => void)[]>();
  let nextId = 1;
  let open = true;
  let markClosed: () => void;
  const closed = new Promise<void>((resolve) => (markClosed = resolve));

  const settle = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    clearTimeout(entry?.timer);
    return entry;
  };
  const end = (): void => {
    if (!open) return;
    open = false;
    for (const [id, { method }] of [...waiting]) {
      settle(id)?.reject(new Error(`${method}: the worker has ended`));
    }
    markClosed();
  };
  const send = <T>(method: string, params: object = {}, timeoutMs = ANSWER_MS): Promise<T> => {
    if (!open) return Promise.reject(new Error(`${method}: the worker has ended`));
    const id = nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(id)?.reject(new Error(`${method}: no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      waiting.set(id, { resolve, reject, timer, method });
    });
    main
      .send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) })
      .catch((error: unknown) => settle(id)?.reject(error as Error));
    return answer as Promise<T>;
  };

  return {
    end,
    receive: (text) => {
      const message = JSON.parse(text) as Message;
      if (message.id !== undefined) {
        const entry = settle(message.id);
        if (message.error) entry?.reject(new Error(message.error.message));
        else entry?.resolve(message.result);
        return;
      }
      for (const listener of listeners.get(message.method ?? '') ?? []) listener(message.params as never);
    },
    connection: {
      closed,
      send,
      on: (method, listener) => {
        const list = listeners.get(method) ?? [];
        listeners.set(method, [...list, listener]);
      },
      dispose: end,
    },
  };
}
