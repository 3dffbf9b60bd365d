import path from 'node:path';
import type { Log } from '../base/log.ts';
import { UserError } from '../base/user-error.ts';
import { attachThread } from './attach-thread.ts';
import { attachLentWorkers, attachWorkers, openGate } from './attach-workers.ts';
import { untilBootstrapped } from './bootstrap.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';
import type { AgentSettings } from './inject.ts';
import { closeInspector, forgetInspectBrk } from './leaving.ts';
import { connectOrBorrow, ownEntrance } from './lent-session.ts';
import type { Entrance, LentWorker } from './lent-session.ts';
import type { Limits } from './limits.ts';
import type { AgentInfo, AttachedTarget } from './ports.ts';
import { followWorkers } from './worker-connection.ts';

/** What is wanted of each process and thread. */
export interface RecordingWishes {
  settings: AgentSettings;
  /** Threads and processes beside the first. */
  follow: 'all' | 'none';
  /** V8's profiler can crash a process when it runs in its workers. */
  profileWorkers: 'on' | 'off';
}

export interface AttachProcessOptions extends RecordingWishes {
  webSocketUrl: string;
  /** In the recording: `main` for the first process, else its pid. */
  id: string;
  /** We opened the inspector, so we close it again. */
  activated: boolean;
  attachedLate: boolean;
  /** It runs on this machine, so the agent's worker may reach our socket. */
  local: boolean;
  /** `first-line`: it was started with `--inspect-brk`. `gate`: it waits in our preload. It goes on when the agent is in. */
  state: 'running' | 'first-line' | 'gate';
  /** Where a process beside the first comes from, for its name; default `child`. */
  origin?: 'child' | 'restarted';
  /** `possible`: the address may be that of a debugger's proxy, which lends its own session. */
  proxy?: 'possible';
  /** That debugger's sessions of workers, where they are known. */
  lentWorkers?: readonly LentWorker[];
  /** Called before a waiting program goes on. */
  beforeStart?: () => Promise<void>;
  limits: Limits;
  /** A worker thread with the agent in it. */
  onThread: (target: AttachedTarget) => void;
  log: Log;
}

/** Between two samples of the CPU profile, µs: each interrupts the thread. */
const PROFILE_US = { watch: 4000, flow: 1000, deep: 1000 };
/** A process that is stuck keeps its inspector, ms. */
const CLOSE_MS = 2000;

/**
 * Connects to a process and puts the agent into its main thread, and into its workers as they are found. Closing the
 * answer ends the connection to all of them.
 * @throws UserError `unreachable` when it cannot be reached or is being recorded already.
 */
export async function attachProcess(options: AttachProcessOptions): Promise<AttachedTarget> {
  const { id, log, state } = options;
  const profileUs = PROFILE_US[options.settings.mode];
  const { connection, session, workers } = await enter(options);
  const exiting = hearExit(connection);
  const life = { exiting: false };
  void exiting.then(() => (life.exiting = true));
  const followThreads = async (): Promise<void> => {
    if (options.follow === 'none') {
      if (state === 'first-line') await letWorkersGo(connection).catch(() => undefined);
      return;
    }
    const ports = {
      ...options,
      start: state === 'gate' ? ('gate' as const) : ('running' as const),
      prefix: id === 'main' ? '' : `${id}/`,
      profileUs: options.profileWorkers === 'on' ? profileUs : ('off' as const),
    };
    if (session === 'lent' && options.lentWorkers === undefined) {
      options.limits.failed('What runs in worker threads', 'the debugger lends the session of one thread.');
      return;
    }
    await (session === 'lent' ? attachLentWorkers(workers, ports) : attachWorkers(connection, ports)).catch(
      (error: unknown) => log.debug(`workers of ${id} are not followed: ${String(error)}`),
    );
  };
  const release = once(async () => {
    await followThreads();
    await options.beforeStart?.();
    await (state === 'gate' ? openGate(connection) : letGo(connection));
  });
  try {
    await enableExit(connection);
    if (state === 'first-line') await pauseAtFirstLine(connection, exiting);
    if (state === 'running') await untilBootstrapped(connection);
    const main = await attachThread(connection, {
      id,
      name: id === 'main' ? 'main' : processName(options.origin ?? 'child'),
      kind: 'main-thread',
      attachedLate: options.attachedLate,
      local: options.local,
      profileUs,
      settings: options.settings,
      debuggerDomain: session === 'lent' ? 'theirs' : 'ours',
      exiting,
      ...(state !== 'running' && { release }),
      log,
    });
    if (state === 'running') await followThreads();
    return {
      ...main,
      close: once(async () => {
        if (options.activated && !life.exiting) await closeOurs(connection, log);
        await main.close();
      }),
    };
  } catch (error) {
    if (options.activated) await closeOurs(connection, log);
    connection.dispose();
    throw error;
  }
}

const processName =
  (origin: 'child' | 'restarted') =>
  ({ script, pid }: AgentInfo): string =>
    `${origin} ${script === '' ? pid : path.basename(script)}`;

async function enter({ webSocketUrl, proxy, lentWorkers }: AttachProcessOptions): Promise<Entrance> {
  if (proxy === 'possible') return connectOrBorrow(webSocketUrl, lentWorkers);
  return ownEntrance(await connect(webSocketUrl));
}

/** Otherwise a process that ends would wait for us with a line on the user's terminal, and its profile be lost. */
function hearExit(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    connection.on('NodeRuntime.waitingForDisconnect', () => resolve());
  });
}

async function enableExit(connection: Connection): Promise<void> {
  await connection.send('NodeRuntime.enable').catch(() => undefined);
  await connection
    .send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true })
    .catch(() => undefined);
}

/**
 * Lets Node get ready and stops it where the program begins: before that, its own modules do not work yet.
 * @throws UserError `unreachable` when it ends instead, for want of a script, say
 */
async function pauseAtFirstLine(connection: Connection, exiting: Promise<void>): Promise<void> {
  const paused = new Promise<true>((resolve) => {
    connection.on('Debugger.paused', () => resolve(true));
  });
  await connection.send('Debugger.enable');
  await connection.send('Runtime.runIfWaitingForDebugger');
  if ((await Promise.race([paused, exiting, connection.closed])) !== true) {
    throw new UserError(
      'unreachable',
      'The program ended before its first line.',
      'Its output above says why.',
    );
  }
}

/** Goes on without a debugger. */
async function letGo(connection: Connection): Promise<void> {
  await forgetInspectBrk(connection);
  await connection.send('Debugger.resume');
  await connection.send('Debugger.disable');
}

/** Workers inherit the wait for a debugger, though nobody here wants them. */
async function letWorkersGo(connection: Connection): Promise<void> {
  await followWorkers(connection, 'running', (worker) => {
    worker.connection.send('Runtime.runIfWaitingForDebugger').catch(() => undefined);
  });
}

async function closeOurs(connection: Connection, log: Log): Promise<void> {
  await closeInspector(connection, CLOSE_MS).catch((error: unknown) => {
    log.debug(`the inspector stays open: ${String(error)}`);
  });
}

function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= run());
}
