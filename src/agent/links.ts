import type { ChildProcess } from 'node:child_process';
import type * as WorkerThreads from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { Op } from '../model/event.ts';
import { intercept } from './intercept.ts';
import type { Labels } from './labels.ts';
import type { Put } from './ring.ts';

/** Channels that are followed, over all of the recording: each takes two labels. */
const MAX_CHANNELS = 500;
/** Node delivers messages of a port to this method of it, which dispatches them to the listeners of both kinds. */
const DISPATCH = Symbol.for('nodejs.internal.kHybridDispatch');

export interface LinkPorts {
  put: Put;
  now: () => number;
  labels: Labels;
  workers: typeof WorkerThreads;
  /** The program had begun before we came. */
  attachedLate: boolean;
  /** A message of the parent thread is about to be handed to the program. */
  onParentThread: () => void;
}

/** Numbers what goes through the channels between threads and processes, at both of their ends. */
export interface Links {
  /** A worker that was just made. */
  worker: (worker: Worker) => void;
  /** A child process; `made`: just now, so that nothing has been sent to it. */
  child: (child: ChildProcess, age: 'made' | 'found') => void;
  /** A message of a child process, or of the parent process by `process`, is about to be handed to the program. */
  received: (emitter: object) => void;
  stop: () => void;
}

/** One end of a channel. */
interface End {
  /** Labels of what is sent and of what comes. */
  out: number;
  in: number;
  sent: number;
  got: number;
  /** 1: counted from the channel's beginning. */
  whole: 0 | 1;
}

/**
 * A channel keeps the order of its messages, so the n-th that was sent is the n-th that comes: numbers are enough, and
 * messages stay as they are. Node has no hook for sending; methods of the objects themselves are wrapped, as own
 * properties that are taken away at the end.
 */
export function startLinks({ put, now, labels, workers, attachedLate, onParentThread }: LinkPorts): Links {
  const ends = new WeakMap<object, End>();
  const undo: (() => void)[] = [];
  let count = 0;

  /** @param name of the thread or process below, which is the same at both ends */
  const open = (side: 'above' | 'below', name: () => string, whole: boolean): End => {
    const to = labels.later(() => `messages to ${name()}`);
    const from = labels.later(() => `messages from ${name()}`);
    const above = side === 'above';
    return { out: above ? to : from, in: above ? from : to, sent: 0, got: 0, whole: whole ? 1 : 0 };
  };
  const send = (end: End, at: number): void =>
    put(Op.MessageSent | (end.whole << 8), ++end.sent, at, end.out);
  const receive = (end: End): void => put(Op.MessageReceived | (end.whole << 8), ++end.got, now(), end.in);
  const room = (): boolean => ++count <= MAX_CHANNELS;

  const followPort = (port: object, end: End, onMessage: () => void): void => {
    undo.push(
      intercept(port, 'postMessage', { before: now, after: (at) => send(end, at) }),
      intercept(port, DISPATCH, {
        before: ([, type]) => {
          // Its closing goes the same way.
          if (type !== 'message' && type !== 'messageerror') return;
          receive(end);
          onMessage();
        },
      }),
    );
  };
  const followProcess = (emitter: NodeJS.EventEmitter & { connected?: boolean }, end: End): void => {
    ends.set(emitter, end);
    undo.push(
      intercept(emitter, 'send', {
        before: (args) => (emitter.connected === true && !isOfNode(args[0]) ? now() : undefined),
        after: (at) => {
          if (at !== undefined) send(end, at);
        },
      }),
    );
  };

  const { parentPort, threadId } = workers;
  if (parentPort) {
    followPort(
      parentPort,
      open('below', () => threadName(threadId), !attachedLate),
      onParentThread,
    );
  } else if (typeof process.send === 'function') {
    followProcess(
      process,
      open('below', () => `process ${process.pid}`, !attachedLate),
    );
  }

  return {
    worker: (worker) => {
      const { threadId: id } = worker;
      const symbol = Object.getOwnPropertySymbols(worker).find(
        ({ description }) => description === 'kPublicPort',
      );
      const port = symbol && (worker as unknown as Record<symbol, unknown>)[symbol];
      if (typeof port !== 'object' || port === null || !room()) return;
      followPort(
        port,
        open('above', () => threadName(id), true),
        () => undefined,
      );
    },
    child: (child, age) => {
      if (ends.has(child) || !room()) return;
      followProcess(
        child,
        open('above', () => `process ${child.pid ?? 0}`, age === 'made'),
      );
    },
    received: (emitter) => {
      const end = ends.get(emitter);
      if (end) receive(end);
    },
    stop: () => {
      for (const take of undo.splice(0)) take();
    },
  };
}

const threadName = (id: number): string => `thread ${id} of process ${process.pid}`;

/** Node's own messages, of cluster for one, never reach the program. */
function isOfNode(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const command: unknown = Object.getOwnPropertyDescriptor(message, 'cmd')?.value;
  return typeof command === 'string' && command.startsWith('NODE_');
}
