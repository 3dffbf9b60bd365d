import { readProcessLine, resolveScript } from './command-line.ts';
import { probeEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { listeningPorts, listNodeProcesses } from './processes.ts';
import type { NodeProcess } from './processes.ts';

/** A Node process of this user, with its inspector if that is open. */
export interface DiscoveredProcess {
  pid: number;
  parent: number;
  argv: string[];
  cwd?: string;
  /** Absolute where the working folder is known; '' for a REPL or `-e`. */
  script: string;
  endpoint?: Endpoint;
  /** The program's file, where the system tells it. */
  executable?: string;
}

/** Inspectors take this port by default; cluster workers and impatient people the ones after it. */
const USUAL_PORTS = { from: 9229, to: 9259 };

/** Lists the Node processes of this user, ourselves left out. Never rejects. */
export async function discoverProcesses(): Promise<DiscoveredProcess[]> {
  const processes = (await listNodeProcesses().catch(() => [])).filter(({ pid }) => pid !== process.pid);
  return Promise.all(
    processes.map(async (entry) => {
      const line = readProcessLine(entry);
      const endpoint = await findEndpoint(entry);
      const found: DiscoveredProcess = {
        pid: entry.pid,
        parent: entry.parent,
        argv: entry.argv,
        script: resolveScript(line.script, entry.cwd),
      };
      if (entry.cwd !== undefined) found.cwd = entry.cwd;
      if (endpoint) found.endpoint = endpoint;
      if (entry.executable !== undefined) found.executable = entry.executable;
      return found;
    }),
  );
}

/**
 * Finds the open inspector of a process. Asks only ports that can be an inspector's: a stray request to a port of the
 * user's server would show in its log.
 * @param before ports on which it listened before it was told to open its inspector: any other may be that
 */
export async function findEndpoint(
  entry: NodeProcess,
  before?: readonly number[],
): Promise<Endpoint | undefined> {
  const line = readProcessLine(entry);
  const listening = await listeningPorts(entry.pid);
  const candidates = listening
    ? listening.filter(
        (port) =>
          port === line.inspectPort ||
          line.inspectPort === 0 ||
          before?.includes(port) === false ||
          (port >= USUAL_PORTS.from && port <= USUAL_PORTS.to),
      )
    : line.inspecting && line.inspectPort !== 0
      ? [line.inspectPort]
      : [];
  for (const port of candidates) {
    const endpoint =
      (await probeEndpoint(line.inspectHost, port)) ??
      (line.inspectHost === '127.0.0.1' ? undefined : await probeEndpoint('127.0.0.1', port));
    if (endpoint) return endpoint;
  }
  return undefined;
}
