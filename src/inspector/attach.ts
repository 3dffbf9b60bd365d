import { HoldingEmitter } from '../base/emitter.ts';
import { silentLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { UserError } from '../base/user-error.ts';
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
  /** `waiting`: it was started with `--inspect-brk` and goes on when the agent is in. */
  state: 'running' | 'waiting';
  log?: Log;
}

const RENEW_MS = 4000;
const PROFILE_MS = 30_000;
const STOP_MS = 30_000;
const CONNECTED_MS = 5000;

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

  if (options.state === 'waiting') await pauseAtFirstLine(connection, ended);
  let hearBinding: () => void;
  const byBinding = new Promise<'binding'>((resolve) => (hearBinding = () => resolve('binding')));
  const agent: AgentHandle = await inject(
    connection,
    { socketPath: collector?.socketPath ?? null, token: collector?.token ?? '' },
    (payload) => {
      hearBinding();
      const batch = JSON.parse(payload) as { events: string; messages: AgentMessage[] };
      if (batch.messages.length > 0) messages.fire(batch.messages);
      if (batch.events !== '') events.fire(toWords(Buffer.from(batch.events, 'base64')));
    },
  );
  const info = await callAgent<AgentInfo>(connection, agent, 'info');
  if (options.state === 'waiting') await letGo(connection);
  // The worker connects by itself, even while the main thread is stuck or has not begun.
  const transport = collector
    ? await Promise.race([
        collector.connected.then(() => 'socket' as const),
        byBinding,
        ended.then(() => 'socket' as const),
        later(CONNECTED_MS).then(() => 'binding' as const),
      ])
    : 'binding';
  log.debug(`agent runs in ${info.pid}, events by ${transport}`);

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
    transport,
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
          : await Promise.race([
              callAgent<AgentSummary>(connection, agent, 'stop', STOP_MS).catch((error: unknown) => {
                log.warn(`the agent did not answer: ${String(error)}`);
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

/**
 * Lets Node get ready and stops it where the program begins: before that, its own modules do not work yet.
 * @throws UserError `unreachable` when it ends instead, for want of a script, say
 */
async function pauseAtFirstLine(connection: Connection, ended: Promise<TargetEnd>): Promise<void> {
  const paused = new Promise<true>((resolve) => {
    connection.on('Debugger.paused', () => resolve(true));
  });
  await connection.send('Debugger.enable');
  await connection.send('Runtime.runIfWaitingForDebugger');
  if ((await Promise.race([paused, ended, connection.closed])) !== true) {
    throw new UserError(
      'unreachable',
      'The program ended before its first line.',
      'Its output above says why.',
    );
  }
}

/** Goes on without a debugger. Children forked later must not inherit the option and wait for one. */
async function letGo(connection: Connection): Promise<void> {
  await connection.send('Runtime.evaluate', {
    expression: `process.execArgv.splice(0, Infinity, ...process.execArgv.filter((arg) => !arg.startsWith('--inspect-brk=')))`,
    silent: true,
  });
  await connection.send('Debugger.resume');
  await connection.send('Debugger.disable');
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
