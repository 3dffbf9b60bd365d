import { setTimeout as sleep } from 'node:timers/promises';
import { OWN_URL } from '../agent/protocol.ts';
import { connect } from './connection.ts';
import { probeEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { evaluateWithRequire } from './evaluate.ts';
import { listeningPorts } from './processes.ts';

/** A loop that does not turn within this time keeps its inspector where it is, ms. */
const PATIENCE_MS = 500;
const MOVE_MS = 1500;
const POLL_MS = 40;

/**
 * Moves the inspector that we have just opened in a process to a port that nobody else wants: all processes of a program
 * open theirs at the same one, and only the first gets it. The old address where that does not work out.
 */
export async function moveInspector(pid: number, endpoint: Endpoint): Promise<Endpoint> {
  const before = await listeningPorts(pid);
  if (!before || !(await askToMove(endpoint.webSocketUrl))) return endpoint;
  for (const end = Date.now() + MOVE_MS; Date.now() < end;) {
    await sleep(POLL_MS);
    const ports = (await listeningPorts(pid)) ?? [];
    if (ports.includes(endpoint.port)) continue;
    for (const port of ports) {
      const moved = before.includes(port) ? undefined : await probeEndpoint(endpoint.host, port);
      if (moved) return moved;
    }
  }
  return endpoint;
}

/** Closing waits for connections to end, so the process does it a moment later, when ours has: or never. */
async function askToMove(webSocketUrl: string): Promise<boolean> {
  const connection = await connect(webSocketUrl).catch(() => undefined);
  if (!connection) return false;
  const expression = `(function(inspector, timers, until){ timers.setTimeout(() => {
    if (Date.now() > until) return;
    inspector.close();
    inspector.open(0, '127.0.0.1');
  }, 30).unref(); })(require('node:inspector'), require('node:timers'), Date.now() + ${PATIENCE_MS})`;
  try {
    await evaluateWithRequire(connection, expression, { url: `${OWN_URL}move`, timeoutMs: PATIENCE_MS });
    return true;
  } catch {
    return false;
  } finally {
    connection.dispose();
  }
}
