import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import { describeError } from '../base/user-error.ts';
import { attachThread } from './attach-thread.ts';
import { BOOTSTRAPPED } from './bootstrap.ts';
import type { Connection } from './connection.ts';
import { GATE_KEY } from './follow-protocol.ts';
import type { AgentSettings } from './inject.ts';
import type { Limits } from './limits.ts';
import type { AttachedTarget } from './ports.ts';
import { followWorkers } from './worker-connection.ts';
import type { ConnectedWorker, WorkerList } from './worker-connection.ts';

export interface AttachWorkersPorts {
  /** `gate`: new workers of this process wait for us in our preload, unless they were started without preloads. */
  start: 'running' | 'gate';
  /** Before each id: '' or `4243/`. */
  prefix: string;
  local: boolean;
  profileUs: number | 'off';
  settings: AgentSettings;
  limits: Limits;
  onThread: (target: AttachedTarget) => void;
  log: Log;
}

/** How long a worker may take until it can run the agent, ms. */
const READY_MS = 5000;
const POLL_MS = 10;
/** How long a worker that could wait for us may take to begin to, ms. */
const GATE_MS = 500;
/** Its stack cannot be read from inside: the agent's thread reaches only the main one. */
const NEVER_MS = 0x7fffffff;

/**
 * Puts the agent into all workers of a process, those of workers too, now and as they start. They are not stopped for
 * it, so that none hangs should we die; below a started command they wait for us by themselves.
 */
export async function attachWorkers(main: Connection, ports: AttachWorkersPorts): Promise<void> {
  let count = 0;
  await followWorkers(main, 'running', (worker) => {
    if (isOurs(worker)) {
      worker.connection.dispose();
      return;
    }
    void attachWorker(worker, `${ports.prefix}worker-${++count}`, ports);
  });
}

/** The same by the sessions that a debugger lends: for those that it had when it was asked, not for later ones. */
export async function attachLentWorkers(workers: WorkerList, ports: AttachWorkersPorts): Promise<void> {
  let count = 0;
  for (const worker of await workers.list()) {
    if (isOurs(worker)) continue;
    await attachWorker(worker, `${ports.prefix}worker-${++count}`, ports, 'theirs');
  }
}

/** The agent's own worker, by the name that it was given. */
function isOurs({ name }: ConnectedWorker): boolean {
  return /^\[worker \d+\] looplens$/.test(name);
}

async function attachWorker(
  { name: title, script, connection }: ConnectedWorker,
  id: string,
  { start, local, profileUs, settings, limits, onThread, log }: AttachWorkersPorts,
  debuggerDomain: 'ours' | 'theirs' = 'ours',
): Promise<void> {
  const place = limits.admit();
  const release = (): Promise<void> => openGate(connection);
  if (!place) {
    await release().catch(() => undefined);
    return;
  }
  void connection.closed.then(place.leave);
  try {
    const state = await whenReady(connection, start);
    if (!state) throw new Error('it ended before it began, or is stuck');
    const given = /^\[worker \d+\] (.+)$/.exec(title)?.[1];
    const target = await attachThread(connection, {
      id,
      name: `worker ${given === undefined || given === 'WorkerThread' ? nameOf(script) : given}`,
      kind: 'worker',
      attachedLate: state === 'running',
      local,
      profileUs,
      settings: { ...settings, stallMs: NEVER_MS },
      debuggerDomain,
      release,
      log,
    });
    onThread(target);
  } catch (error) {
    place.leave();
    const reason = describeError(error);
    log.debug(`${id} (${title}) is not recorded: ${reason}`);
    limits.failed(id, reason.endsWith('.') ? reason : `${reason}.`);
  }
}

/**
 * What people know a thread by that has no name: its script, by what the inspector says, since the thread itself does
 * not know it before its first line.
 */
function nameOf(script: string): string {
  return script.startsWith('data:') || script === ''
    ? 'without a file'
    : path.posix.basename(script.replaceAll('\\', '/'));
}

interface Evaluated {
  result: { value?: unknown };
}

/**
 * Waits until Node's own part of the worker has run, so that its modules work. `waiting`: its first line has not.
 * Undefined when it ends before.
 */
async function whenReady(
  connection: Connection,
  start: 'running' | 'gate',
): Promise<'waiting' | 'running' | undefined> {
  // Not yet with the command-line API: a session that asks for it too early never has `require` (Node 18).
  const expression = `typeof process !== 'object' ? undefined
    : process[Symbol.for(${JSON.stringify(GATE_KEY)})] !== undefined ? 'waiting'
    : ${BOOTSTRAPPED} ? 'running' : undefined`;
  const life = { ended: false };
  void connection.closed.then(() => {
    life.ended = true;
  });
  const begun = performance.now();
  const end = begun + READY_MS;
  while (performance.now() < end && !life.ended) {
    try {
      const { result } = await connection.send<Evaluated>('Runtime.evaluate', {
        expression,
        silent: true,
        returnByValue: true,
      });
      if (result.value === 'waiting') return 'waiting';
      const mayWait = start === 'gate' && performance.now() - begun < GATE_MS;
      if (result.value === 'running' && !mayWait) return 'running';
    } catch {
      // Too early, or it has ended.
    }
    await wait(POLL_MS);
  }
  return undefined;
}

/** Lets a process or worker go on that waits in the preload; harmless for others. */
export async function openGate(connection: Connection): Promise<void> {
  const expression = `(function(gate){ if (gate) Atomics.store(gate, 0, 1); })(process[Symbol.for(${JSON.stringify(GATE_KEY)})])`;
  await connection.send('Runtime.evaluate', { expression, silent: true });
}
