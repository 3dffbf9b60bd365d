import { HoldingEmitter } from '../base/emitter.ts';
import { silentLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { openCollector, toWords } from './collector.ts';
import type { Collector } from './collector.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';
import { callAgent, inject } from './inject.ts';
import type { AgentHandle } from './inject.ts';
import type {
  AgentInfo,
  AgentMessage,
  AgentSummary,
  AttachedTarget,
  RawFrame,
  RawProfile,
  TargetEnd,
} from './ports.ts';

export interface AttachOptions {
  webSocketUrl: string;
  /** We opened the inspector, so we close it again. */
  activated: boolean;
  attachedLate: boolean;
  /** The process runs on this machine, so its worker may reach our socket. */
  local: boolean;
  /** Called when the agent is in and before the program goes on, where it waits for a debugger. */
  onReady?: (connection: Connection) => Promise<void>;
  log?: Log;
}

const RENEW_MS = 4000;
const PROFILE_MS = 30_000;
const STOP_MS = 30_000;

/**
 * Connects to a process and puts the agent into it.
 * @throws UserError `unreachable` when it cannot be reached or is being recorded already.
 */
export async function attach(options: AttachOptions): Promise<AttachedTarget> {
  const log = options.log ?? silentLog;
  const connection = await connect(options.webSocketUrl);
  const collector = options.local ? await openCollector() : undefined;
  try {
    return await begin(options, connection, collector, log);
  } catch (error) {
    if (options.activated) await closeInspector(connection, log);
    connection.dispose();
    await collector?.close();
    throw error;
  }
}

async function begin(
  options: AttachOptions,
  connection: Connection,
  collector: Collector | undefined,
  log: Log,
): Promise<AttachedTarget> {
  const events = new HoldingEmitter<Int32Array>();
  const messages = new HoldingEmitter<AgentMessage[]>();
  collector?.onEvents((words) => events.fire(words));
  collector?.onMessages((list) => messages.fire(list));

  let exiting = false;
  let markExit: (end: TargetEnd) => void;
  const ended = new Promise<TargetEnd>((resolve) => (markExit = resolve));
  // Otherwise a process that ends would wait for us with a line on the user's terminal, and its profile be lost.
  connection.on('NodeRuntime.waitingForDisconnect', () => {
    exiting = true;
    markExit('target-exited');
  });
  await connection.send('NodeRuntime.enable').catch(() => undefined);
  await connection
    .send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true })
    .catch(() => undefined);

  const agent: AgentHandle = await inject(
    connection,
    { socketPath: collector?.socketPath ?? null, token: collector?.token ?? '' },
    (payload) => {
      const batch = JSON.parse(payload) as { events: string; messages: AgentMessage[] };
      if (batch.messages.length > 0) messages.fire(batch.messages);
      if (batch.events !== '') events.fire(toWords(Buffer.from(batch.events, 'base64')));
    },
  );
  const info = await callAgent<AgentInfo>(connection, agent, 'info');
  await options.onReady?.(connection);
  log.debug(`agent runs in ${info.pid}, events by ${info.transport}`);

  const renew = setInterval(() => {
    callAgent(connection, agent, 'renew').catch(() => undefined);
  }, RENEW_MS);
  void connection.closed.then(() => {
    clearInterval(renew);
    markExit(options.local && isAlive(info.pid) ? 'connection-lost' : 'target-exited');
  });

  let profiling = false;
  let summary: Promise<AgentSummary | undefined> | undefined;
  return {
    info,
    attachedLate: options.attachedLate,
    onEvents: events.event,
    onMessages: messages.event,
    ended,
    startProfile: async (intervalUs) => {
      await connection.send('Profiler.enable');
      await connection.send('Profiler.setSamplingInterval', { interval: intervalUs });
      await connection.send('Profiler.start');
      profiling = true;
    },
    stopProfile: async () => {
      if (!profiling) return undefined;
      profiling = false;
      try {
        const { profile } = await connection.send<{ profile: RawProfile }>('Profiler.stop', {}, PROFILE_MS);
        return profile;
      } catch (error) {
        log.warn(`no CPU profile: ${String(error)}`);
        return undefined;
      }
    },
    readStack: () => callAgent<RawFrame[]>(connection, agent, 'stack', 3000).catch(() => []),
    stop: () =>
      (summary ??= (async () => {
        clearInterval(renew);
        const answer = exiting
          ? undefined
          : await callAgent<AgentSummary>(connection, agent, 'stop', STOP_MS).catch((error: unknown) => {
              log.warn(`the agent did not answer: ${String(error)}`);
              return undefined;
            });
        // Its last events are on the way through the socket.
        if (info.transport === 'socket' && collector) await Promise.race([collector.finished, later(3000)]);
        return answer;
      })()),
    close: async () => {
      clearInterval(renew);
      if (!exiting) {
        await connection.send('Profiler.disable', {}, 2000).catch(() => undefined);
        if (options.activated) await closeInspector(connection, log);
      }
      connection.dispose();
      await Promise.race([connection.closed, later(1000)]);
      await collector?.close();
    },
  };
}

/** Closing waits for our own connection to end, so the process does it a moment later, when we are gone. */
async function closeInspector(connection: Connection, log: Log): Promise<void> {
  await connection
    .send('Runtime.evaluate', {
      expression: `(function(inspector, timers){ timers.setTimeout(() => inspector.close(), 30).unref(); })(require('node:inspector'), require('node:timers'))`,
      includeCommandLineAPI: true,
      silent: true,
    })
    .catch((error: unknown) => log.warn(`the inspector stays open: ${String(error)}`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
