// npm run bench:throughput [-- --json] [-- --events 10] [-- --node 24] [-- --slow-seconds 10]
// Millions of events of a server at full load, flow mode: how many were lost, and the bytes of each on disk. Then with a
// collector that is too slow: whatever the agent produced must be in the file or counted as dropped, to the event.
import autocannon from 'autocannon';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { installNodes, nodeBinary } from '../setup/nodes.mjs';
import { load, RECORDER_THREAD, recorderFile } from './recorded.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '10' },
    node: { type: 'string', default: '24' },
    'slow-seconds': { type: 'string', default: '10' },
  },
});
/** How long the slow collector stands still for each batch that it is handed, ms. */
const SLOW_MS = 20;
const BYTES_LIMIT = 12;
const RATE = 4000;
const CONNECTIONS = 50;
const GIVE_UP_MS = 300_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const recorder = await recorderFile('src/session/record.ts');
try {
  installNodes();
  const { openRecording } = await load('src/recording/read.ts');
  const { Op } = await load('src/model/event.ts');
  const full = await run('full', { wanted: Number(args.events) * 1e6, slowMs: 0 });
  const slow = await run('slow', { wanted: Infinity, slowMs: SLOW_MS });
  const rows = [...fullRows(full), ...slowRows(slow)];
  if (args.json) console.log(JSON.stringify({ name: 'throughput', rows }));
  else table(rows);

  /** What stands in the file, counted event by event. */
  function inFile(file) {
    let stored = 0;
    let told = 0;
    for (const { words } of openRecording(file).events()) {
      stored += words.length / 4;
      for (let at = 0; at < words.length; at += 4)
        if ((words[at] & 0xff) === Op.Dropped) told += words[at + 1];
    }
    return { stored, told, bytes: fs.statSync(file).size };
  }

  async function run(name, { wanted, slowMs }) {
    const file = path.join(folder, `${name}.looplens`);
    const { rate, trailer } = await recordServer(file, wanted, slowMs);
    return { ...inFile(file), modes: changes(file), rate, ...trailer };
  }

  /** How often the recorder did with less than the whole graph. */
  function changes(file) {
    return openRecording(file).notes.filter(({ kind, reason }) => kind === 'mode' && reason !== '').length;
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(recorder);
}

function fullRows({ stored, dropped, bytes, rate, modes }) {
  const rest = { baseline: `node ${args.node}, flow mode, full load` };
  return [
    { label: 'events in the file', value: stored, unit: 'events', ...rest },
    { label: 'events dropped', value: dropped, unit: 'events', limit: 0, ...rest },
    { label: 'steps down by the governor', value: modes, unit: 'steps', limit: 0, ...rest },
    { label: 'bytes an event', value: round2(bytes / stored), unit: 'bytes', limit: BYTES_LIMIT, ...rest },
    { label: `requests served (the aim is ${RATE})`, value: Math.round(rate), unit: '1/s', ...rest },
  ];
}

function slowRows({ stored, told, dropped, produced }) {
  const rest = { baseline: `a collector that takes ${SLOW_MS} ms for a batch` };
  return [
    { label: 'slow: produced, as the agent counts', value: produced, unit: 'events', ...rest },
    { label: 'slow: in the file, as a reader counts', value: stored, unit: 'events', ...rest },
    { label: 'slow: dropped, as the file tells', value: dropped, unit: 'events', ...rest },
    { label: 'slow: dropped, as the gaps in the file tell', value: told, unit: 'events', ...rest },
    {
      label: 'slow: produced - stored - dropped',
      value: produced - stored - dropped,
      unit: 'events',
      limit: 0,
      ...rest,
    },
  ];
}

/** Records a loaded server in a thread of its own, until there are so many events or the slow run's time is over. */
async function recordServer(file, wanted, slowMs) {
  const server = spawn(
    nodeBinary(args.node),
    ['--inspect-port=0', fileURLToPath(new URL('overhead-server.cjs', import.meta.url)), 'layers'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const exited = once(server, 'exit');
  try {
    const [port] = await once(server.stdout, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}/`;
    await autocannon({ url, connections: CONNECTIONS, duration: 2 });
    const worker = new Worker(RECORDER_THREAD, {
      eval: true,
      workerData: { recorder, pid: server.pid, out: file, mode: 'flow', slowMs },
    });
    const load = autocannon({ url, connections: CONNECTIONS, duration: GIVE_UP_MS / 1000 });
    let served = 0;
    load.on('response', () => served++);
    let timer;
    let began = 0;
    let rate = 0;
    const stop = () => {
      rate = (served * 1000) / (performance.now() - began);
      worker.postMessage('stop');
    };
    try {
      const trailer = await new Promise((resolve, reject) => {
        worker.on('error', reject);
        worker.on('message', ({ events, trailer: last }) => {
          if (last) resolve(last);
          else if (began === 0) {
            began = performance.now();
            served = 0;
            timer = setTimeout(stop, wanted === Infinity ? Number(args['slow-seconds']) * 1000 : GIVE_UP_MS);
          } else if (rate === 0 && events >= wanted) stop();
        });
      });
      return { rate, trailer };
    } finally {
      clearTimeout(timer);
      load.stop();
      await load;
      await worker.terminate();
    }
  } finally {
    server.kill();
    await exited;
  }
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  for (const { label, value, unit, limit } of rows) {
    const mark = limit === undefined ? '' : `  limit ${limit}${Math.abs(value) <= limit ? '' : '  OVER'}`;
    console.log(`${label.padEnd(46)} ${String(value).padStart(10)} ${unit}${mark}`);
  }
}
