import { HoldingEmitter } from '../base/emitter.ts';
import { silentLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { UserError } from '../base/user-error.ts';
import { attachThread } from './attach-thread.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';
import { SETTINGS } from './inject.ts';
import type { AttachedGroup, AttachedTarget } from './ports.ts';

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

const PROFILE_INTERVAL_US = 1000;

/**
 * Connects to a process and puts the agent into it.
 * @throws UserError `unreachable` when it cannot be reached or is being recorded already.
 */
export async function attach(options: AttachOptions): Promise<AttachedGroup> {
  const log = options.log ?? silentLog;
  const connection = await connect(options.webSocketUrl);
  const exiting = hearExit(connection);
  try {
    await enableExit(connection);
    if (options.state === 'waiting') await pauseAtFirstLine(connection, exiting);
    const first = await attachThread(connection, {
      id: 'main',
      name: 'main',
      kind: 'main-thread',
      attachedLate: options.attachedLate,
      local: options.local,
      profileUs: PROFILE_INTERVAL_US,
      settings: SETTINGS,
      exiting,
      ...(options.state === 'waiting' && { release: once(() => letGo(connection)) }),
      log,
    });
    return groupOf(first, connection, options, log);
  } catch (error) {
    if (options.activated) await closeInspector(connection, log);
    connection.dispose();
    throw error;
  }
}

function groupOf(
  first: AttachedTarget,
  connection: Connection,
  options: AttachOptions,
  log: Log,
): AttachedGroup {
  const further = new HoldingEmitter<AttachedTarget>();
  return {
    first,
    onFurther: further.event,
    ended: first.ended,
    problems: () => [],
    close: async () => {
      await first.stop();
      if (options.activated) await closeInspector(connection, log);
      await first.close();
    },
  };
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
    .catch((error: unknown) => log.debug(`the inspector stays open: ${String(error)}`));
}

function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= run());
}
