import type { ChildProcess } from 'node:child_process';
import type * as DiagnosticsChannel from 'node:diagnostics_channel';
import type { ServerHttp2Stream } from 'node:http2';
import type * as WorkerThreads from 'node:worker_threads';
import { className } from './handles.ts';
import { createLabels } from './labels.ts';
import { watchListeners } from './listeners.ts';
import { startMessages } from './messages.ts';
import { startOperations } from './operations.ts';
import type { AgentMessage } from './protocol.ts';
import { startRejections } from './rejections.ts';
import { startRequests } from './requests.ts';
import type { Put } from './ring.ts';
import { shadow } from './shadow.ts';

/** Looks at emitters between two sweeps: five sweeps are a second. */
const LOOK_EVERY = 5;

interface WatcherPorts {
  diagnostics: typeof DiagnosticsChannel;
  workers: typeof WorkerThreads;
  /** The program had begun before we came. */
  attachedLate: boolean;
  put: Put;
  now: () => number;
  send: (message: AgentMessage) => void;
  /** The same for the name of a request: before the program goes on. */
  sendName: (message: AgentMessage) => void;
  /** The execution under way. */
  current: () => number;
  /** Whatever is open and can emit events. */
  emitters: () => object[];
}

/** Everything that is known without hooks: requests, messages, operations, rejections, listeners. */
export interface Watchers {
  /** A handle was made. */
  made: (type: string, resource: object) => void;
  beat: () => void;
  /** About five times a second. */
  sweep: () => void;
  /** Before messages leave. */
  settle: () => void;
  stop: () => void;
}

export function startWatchers({
  diagnostics,
  workers,
  attachedLate,
  put,
  now,
  send,
  sendName,
  current,
  emitters,
}: WatcherPorts): Watchers {
  const labels = createLabels((i, text) => sendName({ t: 'label', i, text }));
  let ids = 0;
  const ports = { diagnostics, put, now, labels, nextId: () => ++ids };
  const unshadow: (() => void)[] = [];

  const requests = startRequests(ports);
  // Before Node 22, HTTP/2 has no channels, but its servers emit each stream.
  const onServer = (server: object): void => {
    if (!className(server).startsWith('Http2')) return;
    unshadow.push(
      shadow(server as NodeJS.EventEmitter, {
        stream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) =>
          requests.http2(stream, headers),
      }),
    );
  };
  const messages = startMessages({ ...ports, workers, attachedLate, onServer });
  const operations = startOperations({ ...ports, current, onChild: messages.child });
  const rejections = startRejections(now, send);
  const listeners = watchListeners({ now, send, emitters });
  for (const emitter of emitters()) {
    onServer(emitter);
    messages.socket(emitter);
    if (className(emitter) === 'ChildProcess') messages.child(emitter as ChildProcess, 'found');
  }

  let sweeps = 0;
  return {
    made: (type, resource) => {
      operations.made(type, resource);
      // Of an encrypted connection, the channel tells only the bare socket below it.
      if (type === 'TLSWRAP') messages.socket(resource);
    },
    beat: messages.beat,
    sweep: () => {
      requests.sweep();
      operations.sweep();
      if (++sweeps % LOOK_EVERY === 0) listeners.look();
    },
    settle: labels.settle,
    stop: () => {
      for (const undo of unshadow) undo();
      requests.stop();
      messages.stop();
      operations.stop();
      rejections.stop();
      listeners.stop();
    },
  };
}
