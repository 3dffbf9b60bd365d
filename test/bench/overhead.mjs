// npm run bench:overhead [-- --json] [-- --nodes 24,26] [-- --servers layers,plain,express,fastify] [-- --modes flow,watch]
//   [-- --rounds 5] [-- --requests 4000]
// What recording costs the program: CPU time of its main thread per request while recorded, as a ratio to the same
// process bare, phases interleaved; beside it the ratio of the 99th percentile of latency, and the memory that it takes.
import autocannon from 'autocannon';
import * as esbuild from 'esbuild';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { agentAsText, withoutBrowserProtocol } from '../../esbuild.plugins.mjs';
import { installNodes, nodeBinary, VERSIONS } from '../setup/nodes.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    nodes: { type: 'string', default: Object.keys(VERSIONS).join(',') },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '4000' },
    servers: { type: 'string', default: 'layers,plain,express,fastify' },
    modes: { type: 'string', default: 'flow,watch' },
  },
});
const FLOW_LIMIT = { 18: 1.4, 20: 1.4, 22: 1.4, 24: 1.25, 26: 1.25 };
const WATCH_LIMIT = 1.05;
const MEMORY_LIMIT_MB = 24;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const say = (text) => process.stderr.write(`${text}\n`);

try {
  installNodes();
  if (!fs.existsSync(path.join(root, 'dist/workers/record.cjs'))) {
    execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'ignore' });
  }
  const { recordInWorker } = await recorder();
  const rows = [];
  for (const major of args.nodes.split(',')) {
    for (const server of args.servers.split(',')) {
      // Fastify 5 needs Node 20.
      if (server === 'fastify' && Number(major) < 20) continue;
      for (const mode of args.modes.split(',')) {
        rows.push(...(await measure(major, server, mode, recordInWorker)));
      }
    }
  }
  if (args.json) console.log(JSON.stringify({ name: 'overhead', rows }));
  else table(rows);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** The recorder as the editor uses it: in a thread of its own, so that it does not slow the load down. */
async function recorder() {
  const outfile = path.join(root, 'dist', 'bench-recorder.cjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'src/session/record-client.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    plugins: [agentAsText, withoutBrowserProtocol],
  });
  try {
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    fs.rmSync(outfile);
  }
}

async function measure(major, kind, mode, recordInWorker) {
  const server = spawn(
    nodeBinary(major),
    ['--inspect-port=0', path.join(root, 'test/bench/overhead-server.cjs'), kind],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    const port = await new Promise((resolve, reject) => {
      server.stdout.once('data', (data) => resolve(Number(data)));
      server.once('exit', () => reject(new Error('the server did not start')));
    });
    const url = `http://127.0.0.1:${port}`;
    await phase(url); // warm
    let events = 0;
    let estimate = 0;
    const bare = [await phase(url)];
    const recorded = [];
    for (let round = 0; round < Number(args.rounds); round++) {
      const stop = new AbortController();
      let started;
      const recording = new Promise((resolve) => (started = resolve));
      const done = recordInWorker(
        { kind: 'pid', pid: server.pid },
        {
          out: path.join(folder, 'bench.looplens'),
          mode,
          // The whole of the mode is measured, whatever it costs.
          budget: 1,
          signal: stop.signal,
          onProgress: (progress) => {
            if (progress.phase !== 'recording') return;
            estimate = progress.overheadShare;
            started();
          },
        },
      );
      await Promise.race([recording, done]);
      recorded.push(await phase(url));
      stop.abort();
      const { trailer } = await done;
      events = trailer.events / (Number(args.requests) * 1.5);
      bare.push(await phase(url));
      say(
        `node ${major}, ${kind}, ${mode}: round ${round + 1}: ${us(bare.at(-1).cpuNs)} bare, ${us(recorded.at(-1).cpuNs)} recorded, dropped ${trailer.dropped}, own estimate ${round2(estimate)}`,
      );
    }
    const label = `${kind}, node ${major}, ${mode}`;
    const ratios = (pick) =>
      recorded
        .map((value, k) => pick(value) / ((pick(bare[k]) + pick(bare[k + 1])) / 2))
        .sort((a, b) => a - b);
    const row = (what, values, rest) => ({
      label: `${label}${what}`,
      value: round2(values[values.length >> 1]),
      spread: [round2(values[0]), round2(values.at(-1))],
      baseline: 'the same server, bare',
      ...rest,
    });
    const memory = recorded
      .map(({ rss }, k) => (rss - Math.max(bare[k].rss, bare[k + 1].rss)) / 2 ** 20)
      .sort((a, b) => a - b);
    return [
      row(
        `, ${events.toFixed(0)} events a request`,
        ratios((one) => one.cpuNs),
        {
          unit: 'x',
          limit: mode === 'watch' ? WATCH_LIMIT : FLOW_LIMIT[major],
        },
      ),
      row(
        ', p99 latency',
        ratios((one) => one.p99),
        { unit: 'x' },
      ),
      row(', memory beyond bare', memory, { unit: 'MB', limit: MEMORY_LIMIT_MB }),
    ];
  } finally {
    server.kill();
    await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve()));
  }
}

/**
 * Main-thread CPU per request, ns; p99 of its latency, ms; memory afterwards, bytes. The first requests are not counted:
 * V8 compiles anew when hooks come or go.
 */
async function phase(url) {
  const amount = Number(args.requests);
  await autocannon({ url: `${url}/work`, connections: 20, amount: amount / 2 });
  const before = await cost(url);
  const { latency } = await autocannon({ url: `${url}/work`, connections: 20, amount });
  const after = await cost(url);
  return { cpuNs: (after.cpuNs - before.cpuNs) / amount, p99: latency.p99, rss: after.rss };
}

async function cost(url) {
  return await (await fetch(`${url}/cost`)).json();
}

function us(ns) {
  return `${(ns / 1000).toFixed(0)} µs`;
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  console.log('recorded against bare: median of rounds (lowest to highest)');
  for (const { label, value, unit, spread, limit } of rows) {
    const mark = limit === undefined ? '' : `  limit ${limit}${value <= limit ? '' : '  OVER'}`;
    console.log(
      `${label.padEnd(52)} ${value.toFixed(2)} ${unit.padEnd(2)}  ${spread[0]} to ${spread[1]}${mark}`,
    );
  }
}
