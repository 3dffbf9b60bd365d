import { OWN_URL } from '../agent/protocol.ts';
import type { Connection } from './connection.ts';
import type { HeapPort, HeapThread, RemoteHandle } from './heap-port.ts';
import type { WorkerList } from './worker-connection.ts';

/** Handles are held in a group of this name and given back together. */
const GROUP = 'looplens-tasks';
const ANSWER_MS = 20_000;
/** The answer comes after what else was asked: a walk through the heap. */
const CONTEXTS_MS = 300_000;
/** Many times what a snapshot takes: it only ends the waiting for a thread that does not run at all. */
const SNAPSHOT_MS = 60_000;
const SNAPSHOT_MS_PER_MB = 3000;

/**
 * The heap of the process behind a connection that stays the caller's, and those of its workers. Enables no debugger.
 * @throws Error when the main thread does not answer
 */
export async function openHeap(connection: Connection, workers: WorkerList): Promise<HeapPort> {
  const answer = await connection.send<Evaluated>(
    'Runtime.evaluate',
    {
      expression: `[process.pid, process.version]\n//# sourceURL=${OWN_URL}heap`,
      returnByValue: true,
      silent: true,
    },
    INFO_MS,
  );
  const [pid, node] = answer.result.value as [number, string];
  const main = openThread('main', 'main', connection, connection.closed);
  const known = new Map<string, HeapThread>();
  return {
    pid,
    node,
    threads: async () => {
      const found = await workers.list().catch(() => []);
      for (const worker of found) {
        const { id, name } = worker;
        if (!known.has(id)) known.set(id, openThread(id, name, worker.connection, connection.closed));
      }
      return [main, ...found.map(({ id }) => known.get(id)!)];
    },
    close: async () => {
      await Promise.all([main, ...known.values()].map((thread) => thread.release().catch(() => undefined)));
      await workers.close();
    },
  };
}

const INFO_MS = 5000;
interface Evaluated {
  result: { objectId?: string; value?: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

function openThread(id: string, name: string, session: Connection, closed: Promise<void>): HeapThread {
  /** Who gets the snapshot that is being taken. */
  let take: ((text: string) => void) | undefined;
  let begun: (() => void) | undefined;
  let listening = false;
  const contexts: number[] = [];
  return {
    id,
    name,
    heapUsed: async (timeoutMs) => {
      const { usedSize } = await session.send<{ usedSize: number }>('Runtime.getHeapUsage', {}, timeoutMs);
      return usedSize;
    },
    contexts: async () => {
      contexts.length = 0;
      session.on('Runtime.executionContextCreated', ({ context }: ContextCreated) => {
        if (contexts.includes(context.id)) return;
        // They come in any order.
        if (context.auxData?.isDefault) contexts.unshift(context.id);
        else contexts.push(context.id);
      });
      // All that exist are told before the answer.
      await Promise.all([
        session.send('Runtime.enable', {}, CONTEXTS_MS),
        session.send('Runtime.disable', {}, CONTEXTS_MS),
      ]);
      return [...contexts];
    },
    promises: async (context, timeoutMs) => {
      // Not by its name: a program may have put another class there.
      const prototype = await session.send<Evaluated>('Runtime.evaluate', {
        expression: `Object.getPrototypeOf((async () => {})())\n//# sourceURL=${OWN_URL}heap`,
        ...(context !== 'own' && { contextId: context }),
        objectGroup: GROUP,
        silent: true,
      });
      const { objects } = await session.send<{ objects: { objectId: string } }>(
        'Runtime.queryObjects',
        { prototypeObjectId: valueOf(prototype).objectId, objectGroup: GROUP },
        timeoutMs,
      );
      return objects.objectId as RemoteHandle;
    },
    call: async <T>(target: RemoteHandle, source: string, answer: 'value' | 'promise', timeoutMs: number) => {
      const result = await session.send<Evaluated>(
        'Runtime.callFunctionOn',
        {
          objectId: target,
          functionDeclaration: `${source}\n//# sourceURL=${OWN_URL}heap\n`,
          returnByValue: true,
          awaitPromise: answer === 'promise',
          silent: true,
        },
        timeoutMs,
      );
      return valueOf(result).value as T;
    },
    heapObjectId: async (objectId, timeoutMs) => {
      const answer = await session.send<{ heapSnapshotObjectId: string }>(
        'HeapProfiler.getHeapObjectId',
        { objectId },
        timeoutMs,
      );
      return Number(answer.heapSnapshotObjectId);
    },
    generatorPlace: async (generator, timeoutMs) => {
      const { result } = await session.send<Evaluated>(
        'HeapProfiler.getObjectByHeapObjectId',
        { objectId: String(generator), objectGroup: GROUP },
        timeoutMs,
      );
      const { internalProperties = [] } = await session.send<Properties>('Runtime.getProperties', {
        objectId: result.objectId,
        ownProperties: true,
      });
      const location = internalProperties.find((property) => property.name === '[[GeneratorLocation]]');
      const place = location?.value?.value as { lineNumber: number; columnNumber: number } | undefined;
      return place && { line: place.lineNumber + 1, column: place.columnNumber + 1 };
    },
    snapshot: async (onChunk, { signal, beginMs } = {}) => {
      signal?.throwIfAborted();
      if (!listening) {
        listening = true;
        session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => take?.(chunk));
        session.on('HeapProfiler.reportHeapSnapshotProgress', () => begun?.());
      }
      const { usedSize } = await session.send<{ usedSize: number }>('Runtime.getHeapUsage');
      const patience = SNAPSHOT_MS + (usedSize / 1e6) * SNAPSHOT_MS_PER_MB;
      let fail: (error: unknown) => void;
      const failed = new Promise<never>((_resolve, reject) => (fail = reject));
      const abort = (): void => fail(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const late =
        beginMs === undefined
          ? undefined
          : setTimeout(() => fail(new Error(`no snapshot was begun within ${beginMs} ms`)), beginMs);
      begun = () => clearTimeout(late);
      take = (text) => {
        try {
          onChunk(text);
        } catch (error) {
          take = undefined;
          fail(error);
        }
      };
      const reportProgress = beginMs !== undefined;
      const options = { exposeInternals: true, captureNumericValue: true, reportProgress };
      try {
        await Promise.race([
          session.send('HeapProfiler.takeHeapSnapshot', options, patience),
          closed.then(() => Promise.reject(new Error('The process has ended, or the connection was lost.'))),
          failed,
        ]);
      } finally {
        begun();
        begun = undefined;
        take = undefined;
        signal?.removeEventListener('abort', abort);
      }
    },
    release: async () => {
      await session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }, ANSWER_MS);
    },
  };
}

interface ContextCreated {
  context: { id: number; auxData?: { isDefault?: boolean } };
}

interface Properties {
  internalProperties?: { name: string; value?: { value?: unknown } }[];
}

function valueOf({ result, exceptionDetails }: Evaluated): Evaluated['result'] {
  if (!exceptionDetails) return result;
  const { exception, text } = exceptionDetails;
  throw new Error(exception?.description ?? text);
}
