import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from './connection.ts';
import { getText } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

const run = promisify(execFile);

/** A worker thread, as the inspector numbers and names it. */
export interface WorkerThread {
  id: string;
  name: string;
}

/** How long the inspector may take to name its workers, ms: it tells them one by one and never says that it is done. */
const WORKERS_MS = 150;

/** `process.version` of an inspectable process, by its inspector; undefined when it does not tell. */
export async function versionOfEndpoint({ host, port }: Endpoint): Promise<string | undefined> {
  const text = await getText(host, port, '/json/version').catch(() => '');
  return /"Browser":\s*"node\.js\/(v[^"]+)"/.exec(text)?.[1];
}

/** `process.version` of a Node binary, by asking it; undefined when it cannot be run. */
export async function versionOfExecutable(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: 5000, windowsHide: true, env: {} });
    return /^v\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

/** Worker threads of an inspectable process, nested ones included; [] when it cannot be asked. */
export async function listWorkers({ webSocketUrl }: Endpoint): Promise<WorkerThread[]> {
  const connection = await connect(webSocketUrl).catch(() => undefined);
  if (!connection) return [];
  const workers: WorkerThread[] = [];
  try {
    connection.on(
      'NodeWorker.attachedToWorker',
      (event: { workerInfo: { workerId: string; title: string } }) => {
        workers.push({ id: event.workerInfo.workerId, name: event.workerInfo.title });
      },
    );
    await connection.send('NodeWorker.enable', { waitForDebuggerOnStart: false }, 2000);
    await wait(WORKERS_MS);
    await connection.send('NodeWorker.disable', {}, 2000);
  } catch {
    // It ended, or is too old for workers: what was named counts.
  } finally {
    connection.dispose();
  }
  return workers;
}
