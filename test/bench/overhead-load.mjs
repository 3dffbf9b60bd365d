// A server under load, as the overhead benchmark measures it from outside: nothing in the server takes part.
import autocannon from 'autocannon';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { startShop } from '../../examples/shop-process.mjs';
import { nodeBinary } from '../setup/nodes.mjs';
import { ROOT } from '../setup/project.mjs';

/** What is asked of each server in turn, and the first Node that runs it. */
export const SERVERS = {
  layers: { paths: ['/'], sinceNode: 18 },
  plain: { paths: ['/'], sinceNode: 18 },
  express: { paths: ['/'], sinceNode: 18 },
  fastify: { paths: ['/'], sinceNode: 20 },
  // What is right with the shop; its other routes hold the loop on purpose.
  shop: { paths: ['/', '/products', '/products/1', '/health'], sinceNode: 20 },
};
/** So many that the server always has work, bare and recorded: else its turns would serve fewer requests when it is faster. */
const CONNECTIONS = 50;

/**
 * Starts a server on a Node of the test matrix.
 * @param {string | number} major
 * @param {keyof typeof SERVERS} kind
 * @param {string} folder for its data
 */
export async function startServer(major, kind, folder) {
  const { child, url } = kind === 'shop' ? await shop(major, folder) : await own(major, kind);
  const requests = SERVERS[kind].paths.map((one) => ({ path: one }));
  const load = async (seconds) => {
    const latencies = [];
    const run = autocannon({ url, connections: CONNECTIONS, duration: seconds, sampleInt: 100, requests });
    run.on('response', (_client, _status, _bytes, ms) => latencies.push(ms));
    let loading = true;
    // Never asleep: waking a sleeping client is dear, and the server pays for it, the more often the slower it is.
    const spin = () => loading && setImmediate(spin);
    spin();
    const { non2xx, errors } = await run;
    loading = false;
    if (non2xx + errors > 0) throw new Error(`${kind} failed ${non2xx + errors} requests`);
    if (latencies.length === 0) throw new Error(`${kind} answered no request`);
    return latencies.sort((a, b) => a - b);
  };
  return {
    pid: child.pid,
    load,
    /**
     * Main-thread CPU per request, ns; p99 of its latency, ms; memory afterwards, bytes. Half as long before it is not counted: V8
     * compiles anew when hooks come or go.
     */
    phase: async (seconds) => {
      await load(seconds / 2);
      const before = mainThreadNs(child.pid);
      const latencies = await load(seconds);
      const cpuNs = (mainThreadNs(child.pid) - before) / latencies.length;
      const p99Ms = latencies[Math.floor(latencies.length * 0.99)];
      return { cpuNs, p99Ms, rss: residentBytes(child.pid), requests: latencies.length * 1.5 };
    },
    end: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function own(major, kind) {
  const file = path.join(ROOT, 'test/bench/overhead-server.cjs');
  const child = spawn(nodeBinary(major), ['--inspect-port=0', file, kind], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [port] = await once(child.stdout, 'data');
  return { child, url: `http://127.0.0.1:${Number(port)}` };
}

async function shop(major, folder) {
  const env = { SHOP_DATA: path.join(folder, `shop-${major}`), LOG_LEVEL: 'warn' };
  return startShop({ node: nodeBinary(major), env });
}

/** Time on a processor of the main thread alone. */
function mainThreadNs(pid) {
  return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]);
}

/** Resident memory that is the process's own, with the ring, which is shared memory; files mapped into it are not. */
function residentBytes(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB/gm)].map(([, number]) =>
    Number(number),
  );
  return kilobytes.reduce((sum, number) => sum + number, 0) * 1024;
}
