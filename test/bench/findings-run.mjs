// Runs one program of the corpus under the built command line, with its load and with the services that it asks.
import * as esbuild from 'esbuild';
import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const DEFAULT_MS = 4000;
/** Attaching, leaving and analysing, on a crowded machine too. */
const GRACE_MS = 180_000;

/**
 * Records a program and answers `{ report, output, code }`: the JSON that was printed, what came on stderr (the program's own output
 * among it), the exit code. `report` is undefined when there was none.
 *
 * @param label one of `readLabels`
 * @param options `{ cli, node, cwd, env, services, folder }`: the command line's script, the Node to record, where paths are relative
 *   to, variables for the program, from `startServices`, and a folder for files
 */
export async function recordProgram(label, { cli, node, cwd, env, services, folder }) {
  const file = label.file.endsWith('.ts') ? await compile(label.file, folder) : label.file;
  const duration = label.durationMs ?? DEFAULT_MS;
  const out = path.join(folder, 'program.looplens');
  const args = ['record', '--duration', `${duration}ms`, '--format', 'json', '--out', out, '--', node, file];
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: {
      ...process.env,
      ...env,
      UPSTREAM_URL: services.url,
      DB_PORT: String(services.dbPort),
      NO_COLOR: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), duration + GRACE_MS);
  const load = new AbortController();
  // Each connection listens to it.
  setMaxListeners(0, load.signal);
  let stdout = '';
  let output = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => {
    const before = output;
    output += data;
    const url = /listening on (http:\S+)\n/.exec(output)?.[1];
    if (url && !/listening on http:\S+\n/.test(before)) drive(url, label.load ?? [], load.signal);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  load.abort();
  clearTimeout(timer);
  return { report: parsed(stdout), output, code };
}

/** Services that programs ask: `GET /delay/N` by HTTP, and lines `N text` by TCP, each answered after N ms. */
export async function startServices() {
  const web = http.createServer((request, response) => {
    const ms = Number(/^\/delay\/(\d+)/.exec(request.url)?.[1] ?? 0);
    setTimeout(() => response.end(`answer of ${request.url}`), ms);
  });
  web.keepAliveTimeout = 30_000;
  const database = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const line of data.toString().trim().split('\n')) {
        const [ms] = line.split(' ', 1);
        setTimeout(() => socket.writable && socket.write(`row of ${line}\n`), Number(ms) || 0);
      }
    });
  });
  const sockets = new Set();
  const ports = await Promise.all(
    [web, database].map(
      (server) =>
        new Promise((resolve) => {
          server.on('connection', (socket) => {
            sockets.add(socket);
            socket.once('close', () => sockets.delete(socket));
          });
          server.listen(0, '127.0.0.1', () => resolve(server.address().port));
        }),
    ),
  );
  return {
    url: `http://127.0.0.1:${ports[0]}`,
    dbPort: ports[1],
    close: () => {
      web.close();
      database.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A folder that is removed with the process. */
export function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-corpus-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Each connection asks, waits for the answer, pauses, and asks again. */
function drive(url, load, signal) {
  for (const {
    path: target,
    method = 'GET',
    headers,
    body,
    connections = 1,
    everyMs = 0,
    abandonMs,
  } of load) {
    for (let k = 0; k < connections; k++) {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      signal.addEventListener('abort', () => agent.destroy(), { once: true });
      void (async () => {
        // Connections that ask in step with each other would be one burst.
        await wait((everyMs * k) / connections);
        while (!signal.aborted) {
          await ask(new URL(target, url), { method, headers, agent }, body, abandonMs, signal);
          await wait(everyMs);
        }
      })();
    }
  }
}

/** Resolves when the answer is complete, the patience is at its end, or the connection broke. */
function ask(url, options, body, abandonMs, signal) {
  return new Promise((resolve) => {
    const request = http.request(url, options, (response) => {
      response.resume();
      response.once('close', resolve);
    });
    const giveUp = () => request.destroy();
    const timer = abandonMs === undefined ? undefined : setTimeout(giveUp, abandonMs);
    signal.addEventListener('abort', giveUp, { once: true });
    request.once('error', resolve);
    request.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    request.end(body);
  });
}

async function compile(file, folder) {
  const outfile = path.join(folder, `${path.basename(file, '.ts')}.mjs`);
  await esbuild.build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: true,
    logLevel: 'error',
  });
  return outfile;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
