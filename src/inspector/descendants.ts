import { openInspector } from './activate.ts';
import { readProcessLine } from './command-line.ts';
import { findEndpoint } from './discovery.ts';
import { probeEndpoint } from './endpoint.ts';
import { listNodeProcesses } from './processes.ts';
import type { NodeProcess } from './processes.ts';
import { describeError } from '../base/user-error.ts';

/** A Node process below another one, with its inspector. */
export interface Descendant {
  pid: number;
  webSocketUrl: string;
  /** We opened it. */
  activated: boolean;
}

export interface DescendantsPorts {
  onFound: (found: Descendant) => void;
  /** It cannot be opened; said once of each. */
  onRefused: (pid: number, reason: string) => void;
}

/** Asking for the processes costs a second of CPU time on Windows, and nothing to speak of elsewhere, ms. */
const POLL_MS = process.platform === 'win32' ? 15_000 : 1000;

/** Finds the Node processes below a running one, now and as they start, and opens their inspectors. */
export function followDescendants(pid: number, ports: DescendantsPorts): { dispose(): void } {
  const seen = new Set([pid, process.pid]);
  let disposed = false;
  let looking = false;
  const look = async (): Promise<void> => {
    const processes = await listNodeProcesses();
    for (const entry of below(pid, processes)) {
      if (disposed || seen.has(entry.pid)) continue;
      seen.add(entry.pid);
      try {
        ports.onFound(await open(entry));
      } catch (error) {
        ports.onRefused(entry.pid, describeError(error));
      }
    }
  };
  const next = (): void => {
    if (looking) return;
    looking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  };
  next();
  const timer = setInterval(next, POLL_MS);
  return {
    dispose: () => {
      disposed = true;
      clearInterval(timer);
    },
  };
}

/** Children, their children, and so on. (One that a shell started is not found: only Node processes are listed.) */
function below(pid: number, processes: readonly NodeProcess[]): NodeProcess[] {
  const found = processes.filter(({ parent }) => parent === pid);
  return found.flatMap((entry) => [entry, ...below(entry.pid, processes)]);
}

async function open(entry: NodeProcess): Promise<Descendant> {
  const existing = await findEndpoint(entry);
  if (existing) return { pid: entry.pid, webSocketUrl: existing.webSocketUrl, activated: false };
  const { inspectHost, inspectPort } = readProcessLine(entry);
  // All processes want the same port by default. One that cannot have it would say so on the user's terminal.
  if (inspectPort !== 0 && (await probeEndpoint(inspectHost, inspectPort))) {
    throw new Error(
      `port ${inspectPort} is taken by another process's inspector. Start the program with --inspect-port=0.`,
    );
  }
  const { endpoint, activated } = await openInspector(entry.pid, 'shared');
  return { pid: entry.pid, webSocketUrl: endpoint.webSocketUrl, activated };
}
