import type { Connection } from './connection.ts';

/** What is needed of a connection to talk to one thread of a process. */
export type HeapSession = Pick<Connection, 'send' | 'on'>;

/** A worker thread and the way to it. */
export interface WorkerSession {
  id: string;
  name: string;
  session: HeapSession;
}

/** How long the inspector may take to name its workers, ms: it tells them one by one and never says that it is done. */
const WORKERS_MS = 150;
const ANSWER_MS = 20_000;

/** Worker threads of a process, each with a session of its own inside the process's connection. */
export interface WorkerSessions {
  list(): Promise<WorkerSession[]>;
  close(): Promise<void>;
}

/** Prepares to talk to the worker threads of the process behind `main`, nested ones included. */
export function workerSessions(main: HeapSession): WorkerSessions {
  const workers = new Map<
    string,
    { worker: WorkerSession; receive: (message: string) => void; end: () => void }
  >();
  let listening: 'no' | 'yes' | 'closed' = 'no';
  const listen = (): void => {
    main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: Attached) => {
      if (listening === 'closed') return;
      const { session, receive, end } = within(main, sessionId);
      const worker = { id: workerInfo.workerId, name: workerInfo.title, session };
      workers.set(sessionId, { worker, receive, end });
      // One that inherited --inspect-brk waits for us.
      session.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
    });
    main.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }: Received) => {
      workers.get(sessionId)?.receive(message);
    });
    main.on('NodeWorker.detachedFromWorker', ({ sessionId }: { sessionId: string }) => {
      workers.get(sessionId)?.end();
      workers.delete(sessionId);
    });
  };
  return {
    list: async () => {
      if (listening === 'no') {
        listening = 'yes';
        listen();
        await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false }, 2000);
        await new Promise((resolve) => setTimeout(resolve, WORKERS_MS));
      }
      return [...workers.values()].map(({ worker }) => worker);
    },
    close: async () => {
      if (listening === 'yes') await main.send('NodeWorker.disable', {}, 2000).catch(() => undefined);
      listening = 'closed';
      for (const { end } of workers.values()) end();
      workers.clear();
    },
  };
}

interface Attached {
  sessionId: string;
  workerInfo: { workerId: string; title: string };
}
interface Received {
  sessionId: string;
  message: string;
}
interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** The protocol's messages of a worker travel as text inside messages of the main thread. */
function within(main: HeapSession, sessionId: string) {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, ((params: never) => void)[]>();
  let lastId = 0;
  const session: HeapSession = {
    send: <T>(method: string, params: object = {}, timeoutMs = ANSWER_MS) => {
      const id = ++lastId;
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(new Error(`${method}: no answer of the worker within ${timeoutMs} ms`));
        }, timeoutMs);
        const settle = <V>(act: (value: V) => void) => {
          return (value: V) => {
            clearTimeout(timer);
            act(value);
          };
        };
        pending.set(id, { resolve: settle(resolve) as Pending['resolve'], reject: settle(reject) });
        const message = JSON.stringify({ id, method, params });
        main.send('NodeWorker.sendMessageToWorker', { sessionId, message }).catch((error: unknown) => {
          pending.delete(id);
          settle(reject)(error instanceof Error ? error : new Error(String(error)));
        });
      });
    },
    on: (method, listener) => {
      listeners.set(method, [...(listeners.get(method) ?? []), listener]);
    },
  };
  return {
    session,
    receive: (text: string) => {
      const message = JSON.parse(text) as Message;
      if (message.id === undefined) {
        for (const listener of listeners.get(message.method) ?? []) listener(message.params as never);
        return;
      }
      const waiting = pending.get(message.id);
      pending.delete(message.id);
      if (message.error) waiting?.reject(new Error(message.error.message));
      else waiting?.resolve(message.result);
    },
    end: () => {
      for (const { reject } of pending.values()) reject(new Error('The worker has ended.'));
      pending.clear();
    },
  };
}

interface Message {
  id?: number;
  method: string;
  params: unknown;
  result?: unknown;
  error?: { message: string };
}
