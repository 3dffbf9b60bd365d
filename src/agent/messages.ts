import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type * as WorkerThreads from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { Op, RequestKind } from '../model/event.ts';
import { subscribe } from './channels.ts';
import { startLinks } from './links.ts';
import type { RequestPorts } from './requests.ts';
import { shadow } from './shadow.ts';
import { ownerOf } from './handles.ts';

/** Emitters that are listened to at once. */
const MAX_HEARD = 2_000;
/** New connections that are looked at in one heartbeat. */
const MAX_LOOKS = 200;
/** Heartbeats after which a connection that has not become a WebSocket is looked at no more. */
const LOOK_UNTIL = 250;

interface MessagePorts extends RequestPorts {
  workers: typeof WorkerThreads;
  attachedLate: boolean;
  /** A new HTTP/2 or other server was met: where connections come from. */
  onServer: (server: object) => void;
}

/** Follows messages that come in: of WebSockets that the package `ws` serves, of workers, of the parent and of child processes. */
export interface Messages {
  /** Messages of a child process, and of its parent by `process`. */
  child: (child: ChildProcess, age: 'made' | 'found') => void;
  /** A socket, or Node's native handle of one, that may be, or may become, a WebSocket. */
  socket: (socket: object) => void;
  beat: () => void;
  stop: () => void;
}

/**
 * A message is the beginning of what its listeners do; it has no end of its own. Listeners of ours come before the
 * program's, and are there only while it has its own: Node keeps messages for later while nobody listens.
 *
 * `ws` has no channel. A socket that it has taken over carries its WebSocket under a symbol, which is found within a
 * heartbeat or two.
 */
export function startMessages(ports: MessagePorts): Messages {
  const { diagnostics, put, now, labels, workers, attachedLate, nextId, onServer } = ports;
  const undo = new Map<object, () => void>();
  let young: { socket: WeakRef<object>; looks: number }[] = [];
  const servers = new WeakSet();

  const begin = (kind: RequestKind, label: string) => (): void => {
    put(Op.RequestStart | (kind << 8), nextId(), now(), labels.index(label));
  };
  const links = startLinks({
    put,
    now,
    labels,
    workers,
    attachedLate,
    onParentThread: begin(RequestKind.Message, 'message of the parent thread'),
  });
  /** @param gone the event after which nothing comes any more; undefined for what lasts as long as we do */
  const hear = (
    emitter: NodeJS.EventEmitter,
    kind: RequestKind,
    label: string,
    gone: string | undefined,
  ): void => {
    if (undo.has(emitter) || undo.size >= MAX_HEARD) return;
    const onMessage = begin(kind, label);
    const unshadow = shadow(emitter, {
      message: () => {
        links.received(emitter);
        onMessage();
      },
    });
    const onGone = (): void => {
      undo.get(emitter)?.();
      undo.delete(emitter);
    };
    if (gone !== undefined) emitter.once(gone, onGone);
    undo.set(emitter, () => {
      unshadow();
      if (gone !== undefined) emitter.off(gone, onGone);
    });
  };

  const unsubscribe = subscribe(diagnostics, {
    worker_threads: ({ worker }: { worker: Worker }) => {
      links.worker(worker);
      hear(worker, RequestKind.Message, 'message of a worker', 'exit');
    },
    'net.server.socket': ({ socket }: { socket: Socket & { server?: object } }) => {
      if (young.length < MAX_HEARD) young.push({ socket: new WeakRef(socket), looks: 0 });
      if (!socket.server || servers.has(socket.server)) return;
      servers.add(socket.server);
      onServer(socket.server);
    },
  });
  if (typeof process.send === 'function') {
    // Node keeps a child alive as long as somebody listens for its parent to disconnect.
    hear(process, RequestKind.Message, 'message of the parent process', undefined);
  }

  const look = (socket: object): boolean => {
    const found = webSocketOf(ownerOf(socket) ?? socket);
    if (found) hear(found, RequestKind.WebSocket, 'WebSocket message', 'close');
    return found !== undefined;
  };

  return {
    child: (child, age) => {
      links.child(child, age);
      hear(child, RequestKind.Message, 'message of a child process', 'exit');
    },
    socket: (socket) => {
      if (!look(socket) && young.length < MAX_HEARD) young.push({ socket: new WeakRef(socket), looks: 0 });
    },
    beat: () => {
      if (young.length === 0) return;
      const due = young.splice(0, MAX_LOOKS);
      for (const entry of due) {
        const socket = entry.socket.deref();
        if (!socket || (socket as Socket).destroyed || ++entry.looks > LOOK_UNTIL) continue;
        // At growing distances: an upgrade comes soon or never.
        const { looks } = entry;
        if ((looks > 4 && looks % 10 !== 0) || !look(socket)) young.push(entry);
      }
    },
    stop: () => {
      unsubscribe();
      links.stop();
      for (const take of undo.values()) take();
      undo.clear();
      young = [];
    },
  };
}

/** The WebSocket that the package `ws` has made of a socket. */
function webSocketOf(socket: object): NodeJS.EventEmitter | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description !== 'websocket') continue;
    const value = (socket as Record<symbol, unknown>)[symbol];
    if (typeof (value as Partial<NodeJS.EventEmitter> | undefined)?.prependListener === 'function')
      return value as NodeJS.EventEmitter;
  }
  return undefined;
}
