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
 * @param {string[]} flags of Node, in addition
 */
export async function startServer(major, kind, folder, flags = []) {
  // Several at once: not all of them can have the usual port.
  const all = ['--inspect-port=0', ...flags];
  const { child, url } = kind === 'shop' ? await shop(major, folder, all) : await own(major, kind, all);
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
    /** Main-thread CPU per request, ns; p99 of its latency, ms; how many there were. */
    slice: async (seconds) => {
      const before = mainThreadNs(child.pid);
      const latencies = await load(seconds);
      const cpuNs = (mainThreadNs(child.pid) - before) / latencies.length;
      return { cpuNs, p99Ms: latencies[Math.floor(latencies.length * 0.99)], requests: latencies.length };
    },
    /** Its memory, bytes. */
    rss: () => residentBytes(child.pid),
    end: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function own(major, kind, flags) {
  const file = path.join(ROOT, 'test/bench/overhead-server.cjs');
  const child = spawn(nodeBinary(major), [...flags, file, kind], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [port] = await once(child.stdout, 'data');
  return { child, url: `http://127.0.0.1:${Number(port)}` };
}

async function shop(major, folder, flags) {
  const data = fs.mkdtempSync(path.join(folder, 'shop-'));
  const env = { SHOP_DATA: data, LOG_LEVEL: 'warn', NODE_OPTIONS: flags.join(' ') };
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
