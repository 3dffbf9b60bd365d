import type * as WorkerThreads from 'node:worker_threads';
import type { AgentConfig, AgentMessage } from './protocol.ts';
import { Ctl } from './protocol.ts';
import type { Ring } from './ring.ts';

/** Events sent through the binding in one go: a message of about 1 MB. */
const MAX_BATCH = 48 * 1024;

/** Takes what the ring holds out of the process. */
export interface Transport {
  readonly kind: 'socket' | 'binding';
  /** Called at each heartbeat: sends what is due. */
  flush(messages: AgentMessage[]): void;
  /** Sends the rest and ends; resolves when nothing of us is left. */
  finish(messages: AgentMessage[]): Promise<void>;
  /** The process exits now: waits a moment until the worker has taken the rest. */
  exit(messages: AgentMessage[]): void;
}

export interface TransportPorts {
  workers: typeof WorkerThreads;
  config: AgentConfig;
  ring: Ring;
  originUs: number;
  /** The function made by `Runtime.addBinding`: takes one string. */
  binding: (payload: string) => void;
  onProblem(code: string, message: string): void;
  /** The collector is gone: recording makes no sense any more. */
  onLost(): void;
}

/** Longest wait of an exiting process for the last events, ms. */
const EXIT_WAIT_MS = 100;

/** By a worker over a local socket where that can be reached, else by the inspector's binding. */
export async function openTransport(ports: TransportPorts): Promise<Transport> {
  const { config } = ports;
  if (config.socketPath === null) return byBinding(ports);
  try {
    return await byWorker(ports, config.socketPath);
  } catch (error) {
    ports.onProblem(
      'worker-unavailable',
      `The worker that carries events away could not start (${String(error)}); they go through the inspector instead.`,
    );
    return byBinding(ports);
  }
}

function byWorker(
  { workers, config, ring, originUs, onLost }: TransportPorts,
  socketPath: string,
): Promise<Transport> {
  const worker = new workers.Worker(config.workerSource, {
    eval: true,
    name: 'looplens',
    // Without these, the program's preloads and options would run in our worker.
    execArgv: [],
    env: {},
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
  let connected = false;
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  const transport: Transport = {
    kind: 'socket',
    flush: (messages) => {
      ring.publish();
      if (messages.length > 0) worker.postMessage(messages);
    },
    finish: async (messages) => {
      ring.publish();
      if (messages.length > 0) worker.postMessage(messages);
      worker.postMessage('finish');
      worker.ref();
      const timer = setTimeout(() => void worker.terminate(), 3000);
      await exited;
      clearTimeout(timer);
    },
    exit: (messages) => {
      ring.publish();
      if (messages.length > 0) worker.postMessage(messages);
      const until = Date.now() + EXIT_WAIT_MS;
      while (Date.now() < until) {
        const tail = Atomics.load(ring.ctl, Ctl.Tail);
        if (tail === Atomics.load(ring.ctl, Ctl.Head)) break;
        Atomics.wait(ring.ctl, Ctl.Tail, tail, 5);
      }
    },
  };
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      if (connected) {
        onLost();
        return;
      }
      void worker.terminate();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    worker.on('error', fail);
    worker.on('message', (message: string) => {
      if (message === 'connected') {
        connected = true;
        worker.unref();
        resolve(transport);
      } else if (message === 'lost') {
        fail('the collector cannot be reached');
      }
    });
    worker.once('exit', () => fail('it ended'));
  });
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
    kind: 'binding',
    flush,
    finish: (messages) => {
      flush(messages);
      return Promise.resolve();
    },
    exit: flush,
  };
}
