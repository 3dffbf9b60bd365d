// npm run bench:peers [-- --json] [-- --node 20] [-- --rounds 3] [-- --requests 2000]
//   [-- --tools 'clinic doctor,0x']
// What other tools that show where a program waits or what holds its loop cost it, beside ours: CPU time of the main
// thread per request of the same server, as a ratio to the bare server, phases of both interleaved. On Linux, which alone
// tells the time of one thread.
import autocannon from 'autocannon';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { installNodes, nodeBinary } from '../setup/nodes.mjs';
import { installPeers, PEERS_BY_NAME } from './peers-setup.mjs';
import { RECORDER_THREAD, recorderFile } from './recorded.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    node: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '2000' },
    tools: { type: 'string', default: '' },
  },
});
const BASELINE = 'the same server, bare';
const START_MS = 60_000;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const SERVER = ['--require', here('peers-pid.cjs'), here('overhead-server.cjs'), 'layers'];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const node = nodeBinary(args.node);
const recorder = await recorderFile('src/session/record.ts');
const collector = http.createServer((request, response) =>
  request.resume().on('end', () => response.end('{}')),
);
try {
  installNodes();
  installPeers();
  await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const bare = await startServer('bare', { command: node, args: SERVER });
  const rows = [];
  const wanted = (name) => args.tools === '' || args.tools.split(',').includes(name);
  for (const mode of ['watch', 'flow', 'deep']) {
    if (wanted(`LoopLens ${mode}`)) rows.push(await measureOurs(bare, mode));
  }
  for (const { name, start } of PEERS_BY_NAME) {
    if (!wanted(name)) continue;
    const own = fs.mkdtempSync(path.join(folder, 'out-'));
    rows.push(
      await measurePeer(bare, name, start(node, SERVER, own, `http://127.0.0.1:${collector.address().port}`)),
    );
  }
  await bare.end();
  if (args.json) console.log(JSON.stringify({ name: 'peers', rows }));
  else table(rows);
} finally {
  collector.close();
  collector.closeAllConnections();
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  fs.rmSync(recorder);
}

async function measureOurs(bare, mode) {
  const server = await startServer(mode, { command: node, args: ['--inspect-port=0', ...SERVER] });
  try {
    const out = path.join(folder, `${mode}.looplens`);
    const workerData = { recorder, pid: server.pid, out, mode, slowMs: 0 };
    const worker = new Worker(RECORDER_THREAD, { eval: true, workerData });
    await once(worker, 'message');
    const row = await compare(`LoopLens ${mode}`, bare, server);
    const done = new Promise((resolve) => worker.on('message', ({ trailer }) => trailer && resolve()));
    worker.postMessage('stop');
    await done;
    await worker.terminate();
    return row;
  } finally {
    await server.end();
  }
}

async function measurePeer(bare, name, start) {
  try {
    const server = await startServer(name, start);
    try {
      return await compare(name, bare, server);
    } finally {
      await server.end();
    }
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return { label: name, value: NaN, unit: 'x', baseline: BASELINE };
  }
}

/** The phases of both in turn, the bare one around each of the other. */
async function compare(label, bare, server) {
  await phase(server);
  const around = [await phase(bare)];
  const ratios = [];
  for (let round = 0; round < Number(args.rounds); round++) {
    const cost = await phase(server);
    around.push(await phase(bare));
    ratios.push(cost / ((around.at(-1) + around.at(-2)) / 2));
  }
  ratios.sort((a, b) => a - b);
  process.stderr.write(`${label}: ${ratios.map(round2).join(' ')}\n`);
  return {
    label,
    value: round2(ratios[ratios.length >> 1]),
    unit: 'x',
    baseline: BASELINE,
    spread: [round2(ratios[0]), round2(ratios.at(-1))],
  };
}

/** Time on a processor of the server's main thread per request, ns. */
async function phase({ url, pid }) {
  const amount = Number(args.requests);
  const spent = () => Number(fs.readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]);
  const before = spent();
  await autocannon({ url, connections: 20, amount, timeout: 60 });
  return (spent() - before) / amount;
}

/** Starts a server, perhaps through a tool; it says its pid, then its port. */
async function startServer(name, { command, args: words, env = {} }) {
  const child = spawn(command, words, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: a tool is not always the server's process.
    detached: process.platform !== 'win32',
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const { pid, port } = await new Promise((resolve, reject) => {
    const fail = (what) =>
      reject(new Error(`${name} ${what}: ${said.trim().split('\n').slice(-3).join(' ')}`));
    const timer = setTimeout(() => fail('did not start in time'), START_MS);
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      const pid = /pid (\d+)\r?\n/.exec(text);
      const port = pid && /(\d{4,5})\r?\n/.exec(text.slice(pid.index + pid[0].length));
      if (!port) return;
      clearTimeout(timer);
      resolve({ pid: Number(pid[1]), port: port[1] });
    });
    child.once('exit', () => {
      clearTimeout(timer);
      fail('ended');
    });
  });
  return {
    pid,
    url: `http://127.0.0.1:${port}`,
    end: async () => {
      if (process.platform === 'win32') child.kill();
      else process.kill(-child.pid, 'SIGKILL');
      await exited;
    },
  };
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  console.log(`CPU time per request, node ${args.node}: median of rounds (lowest to highest)`);
  for (const { label, value, spread } of rows) {
    const figures = spread ? `${value.toFixed(2)} x  ${spread[0]} to ${spread[1]}` : 'does not run here';
    console.log(`${label.padEnd(24)} ${figures}`);
  }
}
