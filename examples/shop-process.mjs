// The shop and its visitors as child processes: ordinary ones, that know nothing of LoopLens.
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const START_LIMIT_MS = 30_000;
const KEPT_OUTPUT = 10_000;
const USUAL_INSPECTOR_PORT = 9229;

/**
 * Starts the shop on a free port and waits until it listens.
 * @param {{ node?: string, env?: Record<string, string> }} options another Node, more environment
 * @returns {Promise<{ url: string, pid: number, flags: string[], child: import('node:child_process').ChildProcess }>}
 *   `flags`: none, unless some other program's inspector has the port that Node would open on demand
 */
export async function startShop({ node = process.execPath, env = {} } = {}) {
  const flags = (await isFree(USUAL_INSPECTOR_PORT)) ? [] : ['--inspect-port=0'];
  const child = spawn(node, [...flags, 'server.js'], {
    cwd: path.join(HERE, 'shop'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, PORT: '0' },
  });
  const end = endWithUs(child);
  let output = '';
  const keep = (data) => (output = (output + data).slice(-KEPT_OUTPUT));
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => {
      end();
      reject(new Error(`The shop ${why}.\n${output.trim()}`));
    };
    const limit = setTimeout(() => fail(`did not listen within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
    const onExit = (code) => fail(`ended with code ${code}`);
    child.once('error', reject);
    child.once('exit', onExit);
    child.stderr.on('data', keep);
    child.stdout.on('data', (data) => {
      const listening = /listening on (\S+)/.exec(keep(data));
      if (!listening) return;
      clearTimeout(limit);
      child.off('exit', onExit);
      resolve(listening[1]);
    });
  });
  return { url, pid: child.pid, flags, child };
}

/** Sends visitors to the shop until the child is ended; resolves when they are on their way. */
export async function startLoad(url) {
  const child = spawn(process.execPath, [path.join(HERE, 'load.mjs'), url], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  endWithUs(child);
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The load ended with code ${code}.`)));
  });
  return child;
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** No child outlives this process, however it ends. */
function endWithUs(child) {
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return end;
}
