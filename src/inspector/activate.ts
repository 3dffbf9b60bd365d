import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../base/user-error.ts';
import { readProcessLine } from './command-line.ts';
import { findEndpoint } from './discovery.ts';
import { probeEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { moveInspector } from './free-port.ts';
import { requireInspectorAllowed } from './permission.ts';
import { catchesDebugSignal, listeningPorts, listNodeProcesses } from './processes.ts';
import type { NodeProcess } from './processes.ts';

const OPEN_MS = 5000;
/** After so long without a new port, it may be any that was there before, ms. */
const OWN_MS = 1000;
/** How long a process may take from its start until it listens for the signal, ms. */
const HANDLER_MS = 2000;
const LIST = 'List what can be recorded with "looplens targets".';

/** The inspector of a process, and whether we were the ones to open it. */
export interface OpenedInspector {
  endpoint: Endpoint;
  activated: boolean;
}

/**
 * Finds the inspector of a process, or opens it with the signal that Node listens for (works even while its main
 * thread is stuck). The signal would end a process that is not Node, so that is made sure first.
 * @param port `shared`: processes below this one, or beside it, will want the same port
 * @throws UserError `unreachable`: no such process, not ours, not Node, or its inspector's port is taken.
 */
export async function openInspector(
  pid: number,
  port: 'own' | 'shared' | 'shared-with-children' = 'own',
): Promise<OpenedInspector> {
  requireProcess(pid);
  const processes = await listNodeProcesses();
  const entry = processes.find((candidate) => candidate.pid === pid);
  if (!entry) {
    throw new UserError('unreachable', `Process ${pid} is not a Node.js process of yours.`, LIST);
  }
  const open = await findEndpoint(entry);
  if (open) return { endpoint: open, activated: false };

  const { inspectHost, inspectPort } = readProcessLine(entry);
  const occupied = inspectPort !== 0 && (await probeEndpoint(inspectHost, inspectPort)) !== undefined;
  await requireHandler(entry);
  const before = await listeningPorts(pid);
  signal(pid);
  let areAllAsked = false;
  for (const end = Date.now() + OPEN_MS; Date.now() < end;) {
    await sleep(60);
    // A program that opened its inspector by itself does not open another: it is looked for late, and once, since ports of the
    // user's server are asked, too.
    const askAll: boolean = !areAllAsked && Date.now() > end - OPEN_MS + OWN_MS;
    areAllAsked ||= askAll;
    const endpoint = await findEndpoint(entry, askAll ? [] : before);
    if (endpoint && before?.includes(endpoint.port) === true) return { endpoint, activated: false };
    if (endpoint) {
      const shared =
        port === 'shared' ||
        (port === 'shared-with-children' && processes.some(({ parent }) => parent === pid));
      const free = inspectPort === 0 || !shared;
      return { endpoint: free ? endpoint : await moveInspector(pid, endpoint), activated: true };
    }
    requireProcess(pid);
    if (occupied && Date.now() > end - OPEN_MS + 1.5 * OWN_MS) break;
  }
  throw occupied
    ? new UserError(
        'unreachable',
        `Process ${pid} could not open its inspector: port ${inspectPort} is taken by another process's inspector.`,
        `End that one's inspector, or start this program with --inspect-port=0, which takes any free port.`,
      )
    : new UserError(
        'unreachable',
        `Process ${pid} did not open its inspector within ${OPEN_MS / 1000} seconds.`,
        `It may have a SIGUSR1 handler of its own, run with --permission, or port ${inspectPort} is in use: start it with --inspect=0 instead.`,
      );
}

/** The signal would end a Node that was told not to listen for it, and one that has only just been started. */
async function requireHandler({ pid, argv }: NodeProcess): Promise<void> {
  requireInspectorAllowed(argv, `Process ${pid}`);
  const refused = argv.includes('--disable-sigusr1');
  for (const end = Date.now() + HANDLER_MS; !refused && Date.now() < end;) {
    if ((await catchesDebugSignal(pid)) !== false) return;
    requireProcess(pid);
    await sleep(20);
  }
  throw new UserError(
    'unreachable',
    `Process ${pid} does not listen for the signal that opens its inspector.`,
    'Was it started with --disable-sigusr1? Start it with --inspect=0 instead.',
  );
}

function requireProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EPERM'
      ? new UserError(
          'unreachable',
          `Process ${pid} belongs to another user.`,
          'Run looplens as that user, or start the program with --inspect and give its port.',
        )
      : new UserError('unreachable', `There is no process ${pid}.`, LIST);
  }
}

function signal(pid: number): void {
  if (process.platform === 'win32') {
    // Windows has no such signal; Node offers the same through a mapped handler.
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
  } else {
    try {
      process.kill(pid, 'SIGUSR1');
    } catch {
      // It ended a moment ago: say so.
      requireProcess(pid);
    }
  }
}
