import type * as Timers from 'node:timers';
import type * as WorkerThreads from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { NativePromise } from './native-promise.ts';
import type { AgentConfig, AgentMessage } from './protocol.ts';
import { Ctl } from './protocol.ts';
import type { Ring } from './ring.ts';

/** Events sent through the binding in one go: a message of about 1 MB. */
const MAX_BATCH = 48 * 1024;

/** Takes what the ring holds out of the process. */
export interface Transport {
  /** Called at each heartbeat: sends what is due. */
  flush: (messages: AgentMessage[]) => void;
  /** Sends the rest and ends; resolves when nothing of us is left. */
  finish: (messages: AgentMessage[]) => Promise<void>;
  /** The process exits now: waits a moment until the worker has taken the rest. */
  exit: (messages: AgentMessage[]) => void;
}

export interface TransportPorts {
  workers: typeof WorkerThreads;
  timers: typeof Timers;
  config: AgentConfig;
  ring: Ring;
  originUs: number;
  /** The function made by `Runtime.addBinding`: takes one string. */
  binding: (payload: string) => void;
  onProblem: (code: string, message: string) => void;
  /** The collector is gone: recording makes no sense any more. */
  onLost: () => void;
}

/** Longest wait of an exiting process for the last events, ms; and where the worker has not even connected yet. */
const EXIT_WAIT_MS = 100;
const EARLY_EXIT_WAIT_MS = 1000;
/** Longest wait for the worker to send the rest, ms. */
const FINISH_MS = 3000;

/**
 * By a worker over a local socket, and by the inspector's binding from the moment that turns out not to work. Usable at
 * once: until the worker is connected the ring holds the events, and nothing here waits for the program's loop.
 */
export function openTransport(ports: TransportPorts): Transport {
  const { config, ring, timers, onProblem, onLost } = ports;
  if (config.socketPath === null) return byBinding(ports);

  /** What the worker may not have sent yet: repeated through the binding if it never connects. */
  let unconfirmed: AgentMessage[] = [];
  let fallback: Transport | undefined;
  let connected = false;
  let finishing = false;
  const fail = (reason: string): void => {
    if (finishing || fallback) return;
    if (connected) {
      onLost();
      return;
    }
    onProblem(
      'worker-unavailable',
      `The worker that carries events away could not start (${reason}); they go through the inspector instead.`,
    );
    fallback = byBinding(ports);
    fallback.flush(unconfirmed);
    unconfirmed = [];
  };

  const worker = startWorker(ports, config.socketPath, fail);
  const exited = new NativePromise<void>((resolve) => {
    if (!worker) {
      resolve();
      return;
    }
    worker.once('exit', () => {
      fail('it ended');
      resolve();
    });
    worker.on('message', (message: string) => {
      if (message === 'connected') {
        connected = true;
        unconfirmed = [];
      } else {
        fail('the collector cannot be reached');
        if (fallback) void worker.terminate();
      }
    });
    worker.unref();
  });

  const flush = (messages: AgentMessage[]): void => {
    if (fallback) {
      fallback.flush(messages);
      return;
    }
    ring.publish();
    if (messages.length === 0) return;
    if (!connected) unconfirmed.push(...messages);
    worker?.postMessage(messages);
  };
  return {
    flush,
    finish: async (messages) => {
      flush(messages);
      finishing = true;
      if (!worker || fallback) return;
      worker.postMessage('finish');
      worker.ref();
      const timer = timers.setTimeout(() => void worker.terminate(), FINISH_MS);
      await exited;
      timers.clearTimeout(timer);
    },
    exit: (messages) => {
      // The worker's own inspector session would keep the exiting process waiting for ever.
      Atomics.store(ring.ctl, Ctl.Ending, 1);
      flush(messages);
      if (fallback || !worker) return;
      worker.postMessage('exit');
      const early = Atomics.load(ring.ctl, Ctl.Connected) === 0;
      Atomics.wait(ring.ctl, Ctl.Sent, 0, early ? EARLY_EXIT_WAIT_MS : EXIT_WAIT_MS);
    },
  };
}

function startWorker(
  { workers, config, ring, originUs }: TransportPorts,
  socketPath: string,
  fail: (reason: string) => void,
): Worker | undefined {
  try {
    const worker = new workers.Worker(config.workerSource, {
      eval: true,
      name: 'looplens',
      // Without these, the program's preloads and options would run in our worker.
      execArgv: [],
      env: {},
      // Else Node would open the program's own stdout and stderr for it.
      stdout: true,
      stderr: true,
      workerData: {
        ctl: ring.ctl,
        words: ring.words,
        socketPath,
        token: config.token,
        originUs,
        stallMs: config.stallMs,
        heartbeatMs: config.heartbeatMs,
      },
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    worker.on('error', (error: unknown) => fail(String(error)));
    return worker;
  } catch (error) {
    // The permission model, for one, forbids threads.
    fail(String(error));
    return undefined;
  }
}

function byBinding({ ring, binding }: TransportPorts): Transport {
  const flush = (messages: AgentMessage[]): void => {
    for (;;) {
      const words = ring.take(MAX_BATCH);
      const more = words.length === MAX_BATCH * 4;
      if (words.length === 0 && messages.length === 0) return;
      const events = Buffer.from(words.buffer).toString('base64');
      binding(JSON.stringify({ events, messages }));
      messages = [];
      if (!more) return;
    }
  };
  return {
    flush,
    finish: (messages) => {
      flush(messages);
      return NativePromise.resolve();
    },
    exit: flush,
  };
}
