import CDP from 'chrome-remote-interface';
import type { Disposable } from '../base/disposable.ts';
import { UserError } from '../base/user-error.ts';

/** One inspector session over a websocket. */
export interface Connection extends Disposable {
  /** Sends a command. Rejects with the protocol's words, when the connection closes, or after `timeoutMs`. */
  send<T = unknown>(method: string, params?: object, timeoutMs?: number): Promise<T>;
  on(method: string, listener: (params: never) => void): void;
  /** Resolves when the connection has closed, whoever closed it. */
  readonly closed: Promise<void>;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;

/**
 * Connects to a websocket of Node's inspector.
 * @throws UserError `unreachable` when nobody answers, or somebody else than an inspector does.
 */
export async function connect(url: string): Promise<Connection> {
  const client = await withTimeout(
    // No descriptor: commands go by name, so the 500 KiB of the browser's protocol are not needed.
    CDP({
      target: url,
      local: true,
      protocol: { version: { major: '1', minor: '3' }, domains: [] },
    }),
    CONNECT_MS,
    `${url} did not answer`,
  ).catch((cause: unknown) => {
    throw new UserError(
      'unreachable',
      `No inspector can be reached at ${url}.`,
      'Check that the process is still running, and list what can be recorded with "looplens targets".',
      { cause },
    );
  });
  // Its types know only the commands and events of the descriptor.
  const byName = client as unknown as CommandsByName;
  let open = true;
  const closed = new Promise<void>((resolve) => {
    byName.on('disconnect', () => {
      open = false;
      resolve();
    });
  });
  return {
    closed,
    send: async <T>(method: string, params: object = {}, timeoutMs = ANSWER_MS) => {
      if (!open) throw new Error(`${method}: the connection is closed`);
      const answer = byName.send(method, params);
      return (await withTimeout(answer, timeoutMs, `${method}: no answer within ${timeoutMs} ms`)) as T;
    },
    on: (method, listener) => {
      byName.on(method, listener);
    },
    dispose: () => {
      if (open) byName.close().catch(() => undefined);
    },
  };
}

interface CommandsByName {
  send(method: string, params: object): Promise<unknown>;
  on(event: string, listener: (params: never) => void): void;
  close(): Promise<void>;
}

async function withTimeout<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
