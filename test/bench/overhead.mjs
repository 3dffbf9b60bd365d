// npm run bench:overhead [-- --json] [-- --nodes 24,26] [-- --rounds 5]
// What recording costs the program: CPU time of its main thread per request while recorded, as a ratio to the same
// process bare, phases interleaved. Limits are those of this stage.
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
  },
});
const LIMIT = { 18: 1.8, 20: 1.8, 22: 1.8, 24: 1.5, 26: 1.5 };
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
  for (const major of args.nodes.split(',')) rows.push(await measure(major, recordInWorker));
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

async function measure(major, recordInWorker) {
  const server = spawn(
    nodeBinary(major),
    ['--inspect-port=0', path.join(root, 'test/bench/overhead-server.cjs')],
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
          signal: stop.signal,
          onProgress: (progress) => progress.phase === 'recording' && started(),
        },
      );
      await Promise.race([recording, done]);
      recorded.push(await phase(url));
      stop.abort();
      const { trailer } = await done;
      events = trailer.events / (Number(args.requests) * 1.5);
      bare.push(await phase(url));
      say(
        `node ${major}: round ${round + 1}: ${us(bare.at(-1))} bare, ${us(recorded.at(-1))} recorded, dropped ${trailer.dropped}`,
      );
    }
    const ratios = recorded.map((value, k) => value / ((bare[k] + bare[k + 1]) / 2)).sort((a, b) => a - b);
    return {
      label: `plain http, node ${major}, flow, ${events.toFixed(0)} events a request`,
      value: round(ratios[ratios.length >> 1]),
      unit: 'x',
      baseline: 'the same server, bare',
      spread: [round(ratios[0]), round(ratios.at(-1))],
      limit: LIMIT[major],
    };
  } finally {
    server.kill();
    await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve()));
  }
}

/** Main-thread CPU per request, ns. The first requests are not counted: V8 compiles anew when hooks come or go. */
async function phase(url) {
  const amount = Number(args.requests);
  await autocannon({ url: `${url}/work`, connections: 20, amount: amount / 2 });
  const before = await cpu(url);
  await autocannon({ url: `${url}/work`, connections: 20, amount });
  return ((await cpu(url)) - before) / amount;
}

async function cpu(url) {
  return Number(await (await fetch(`${url}/cpu`)).text());
}

function us(ns) {
  return `${(ns / 1000).toFixed(0)} µs`;
}

function round(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  console.log('main-thread CPU per request, recorded / bare (median of rounds, lowest to highest)');
  for (const { label, value, spread, limit } of rows) {
    const mark = value <= limit ? '' : '  OVER';
    console.log(
      `${label.padEnd(58)} ${value.toFixed(2)}  ${spread[0]} to ${spread[1]}  limit ${limit}${mark}`,
    );
  }
}
