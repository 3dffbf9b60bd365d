import { HoldingEmitter } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import { openCollector, toWords } from './collector.ts';
import type { Collector } from './collector.ts';
import type { Connection } from './connection.ts';
import { callAgent, inject } from './inject.ts';
import type { AgentSettings } from './inject.ts';
import { createLoadedScripts } from './loaded-scripts.ts';
import type {
  AgentInfo,
  AgentMessage,
  AgentSummary,
  AttachedTarget,
  RawFrame,
  RawProfile,
  TargetEnd,
} from './ports.ts';

export interface AttachThreadOptions {
  id: string;
  /** For people; without it, made of what the agent finds. */
  name: string | ((info: AgentInfo) => string);
  /** A worker's stack cannot be read from within its process. */
  kind: 'main-thread' | 'worker';
  attachedLate: boolean;
  /** The process runs on this machine, so the agent's worker may reach our socket. */
  local: boolean;
  /** µs between two samples of a CPU profile, begun before the program goes on; 'off' = none. */
  profileUs: number | 'off';
  settings: AgentSettings;
  /** `theirs`: the session is a debugger's, and enabling or disabling that domain would disturb it. */
  debuggerDomain: 'ours' | 'theirs';
  /** Resolves when the thread is about to end, but still answers. */
  exiting?: Promise<unknown>;
  /** Lets a program go on that waits for us; called when the agent is in. */
  release?: () => Promise<void>;
  log: Log;
}

const RENEW_MS = 4000;
const PROFILE_MS = 30_000;
const STOP_MS = 30_000;
/** ... and when the loop does not turn. */
const STOP_HELD_MS = 3000;
const CONNECTED_MS = 5000;

/**
 * Puts the agent into the thread at the other end of a connection. Disposing of the connection is the caller's when
 * this fails, and the target's when it does not.
 * @throws UserError `unreachable` when it is being recorded already, or lacks what the agent needs
 */
export async function attachThread(
  connection: Connection,
  options: AttachThreadOptions,
): Promise<AttachedTarget> {
  const collector = options.local ? await openCollector() : undefined;
  try {
    return await begin(connection, collector, options);
  } catch (error) {
    await collector?.close();
    throw error;
  } finally {
    // Whatever became of us, the program must not wait.
    await options.release?.().catch(() => undefined);
  }
}

async function begin(
  connection: Connection,
  collector: Collector | undefined,
  options: AttachThreadOptions,
): Promise<AttachedTarget> {
  const { log, id } = options;
  const events = new HoldingEmitter<Int32Array>();
  const messages = new HoldingEmitter<AgentMessage[]>();
  collector?.onEvents((words) => events.fire(words));
  collector?.onMessages((list) => messages.fire(list));

  let exiting = false;
  let markExit: (end: TargetEnd) => void;
  const ended = new Promise<TargetEnd>((resolve) => (markExit = resolve));
  void options.exiting?.then(() => {
    exiting = true;
    markExit('target-exited');
  });

  let hearBinding: () => void;
  const byBinding = new Promise<'binding'>((resolve) => (hearBinding = () => resolve('binding')));
  const agent = await inject(
    connection,
    {
      ...options.settings,
      socketPath: collector?.socketPath ?? null,
      token: collector?.token ?? '',
      attachedLate: options.attachedLate,
    },
    (payload) => {
      hearBinding();
      const batch = JSON.parse(payload) as { events: string; messages: AgentMessage[] };
      if (batch.messages.length > 0) messages.fire(batch.messages);
      if (batch.events !== '') events.fire(toWords(Buffer.from(batch.events, 'base64')));
    },
  );
  const info = await callAgent<AgentInfo>(connection, agent, 'info');

  let profiling = false;
  const startProfile = async (): Promise<void> => {
    if (profiling || options.profileUs === 'off') return;
    await connection.send('Profiler.enable');
    await connection.send('Profiler.setSamplingInterval', { interval: options.profileUs });
    await connection.send('Profiler.start');
    profiling = true;
  };
  if (options.profileUs !== 'off') {
    // The recorder asks again and says what went wrong.
    await startProfile().catch(() => undefined);
  }
  await options.release?.();

  // The worker connects by itself, even while the thread is stuck or has not begun.
  const transport = collector
    ? await Promise.race([
        collector.connected.then(() => 'socket' as const),
        byBinding,
        ended.then(() => 'socket' as const),
        later(CONNECTED_MS).then(() => 'binding' as const),
      ])
    : 'binding';
  log.debug(`agent runs in ${info.pid} (${id}), events by ${transport}`);

  const renew = setInterval(() => {
    callAgent(connection, agent, 'renew').catch(() => undefined);
  }, RENEW_MS);
  const life = { closed: false };
  void connection.closed.then(() => {
    life.closed = true;
    clearInterval(renew);
    markExit(
      options.kind === 'main-thread' && options.local && isAlive(info.pid)
        ? 'connection-lost'
        : 'target-exited',
    );
  });

  let summary: Promise<AgentSummary | undefined> | undefined;
  return {
    id,
    name: typeof options.name === 'string' ? options.name : options.name(info),
    info,
    transport,
    profileUs: options.profileUs,
    stallsFrom: transport === 'binding' || options.kind === 'worker' ? 'outside' : 'inside',
    attachedLate: options.attachedLate,
    onEvents: events.event,
    onMessages: messages.event,
    ended,
    startProfile,
    stopProfile: async () => {
      if (!profiling) return undefined;
      profiling = false;
      try {
        const { profile } = await connection.send<{ profile: RawProfile }>('Profiler.stop', {}, PROFILE_MS);
        return profile;
      } catch (error) {
        const message = `no CPU profile of ${id}: ${String(error)}`;
        if (life.closed) log.debug(message);
        else log.warn(message);
        return undefined;
      }
    },
    sourceMapOf:
      options.debuggerDomain === 'ours'
        ? createLoadedScripts(connection, options.attachedLate ? 'sparing' : 'eager').mapOf
        : () => Promise.resolve(undefined),
    readStack: () => callAgent<RawFrame[]>(connection, agent, 'stack', 3000).catch(() => []),
    stop: (loop = 'turning') =>
      (summary ??= (async () => {
        clearInterval(renew);
        const answer = exiting
          ? undefined
          : await Promise.race([
              callAgent<AgentSummary>(
                connection,
                agent,
                'stop',
                loop === 'held' ? STOP_HELD_MS : STOP_MS,
              ).catch((error: unknown) => {
                log.debug(`the agent did not answer: ${String(error)}`);
                return undefined;
              }),
              // A program that ends meanwhile has no loop left to answer with.
              ended.then(() => undefined),
            ]);
        // Its last events are on the way through the socket.
        // (An exiting process has waited until its worker had taken them.)
        if (transport === 'socket' && collector) {
          await Promise.race([collector.finished, later(exiting ? 150 : 3000)]);
        }
        return answer;
      })()),
    close: async () => {
      clearInterval(renew);
      if (!exiting) await connection.send('Profiler.disable', {}, 2000).catch(() => undefined);
      connection.dispose();
      await Promise.race([connection.closed, later(1000)]);
      await collector?.close();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves after `ms`; keeps nobody alive. */
function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
