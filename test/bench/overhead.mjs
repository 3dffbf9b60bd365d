// npm run bench:overhead [-- --json] [-- --quick] [-- --nodes 24,26] [-- --servers layers,plain,express,fastify,shop]
//   [-- --modes flow,watch] [-- --rounds 5] [-- --seconds 1.5]
// What recording costs the program: CPU time of its main thread per request while recorded, as a ratio to the same
// process bare. Bare and recorded phases alternate, each recorded one is held against the mean of its two neighbours,
// and the median of these ratios counts. Beside it the 99th percentile of latency in the same way, and the memory
// beyond that of the bare phase before. `--quick`: one server on one Node, in about a minute.
// On Linux, which alone tells the time of one thread.
import * as esbuild from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { agentAsText, withoutBrowserProtocol } from '../../esbuild.plugins.mjs';
import { installNodes, VERSIONS } from '../setup/nodes.mjs';
import { ROOT } from '../setup/project.mjs';
import { startServer, SERVERS } from './overhead-load.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1.5' },
    servers: { type: 'string' },
    modes: { type: 'string', default: 'flow,watch' },
  },
});
const nodes = (args.nodes ?? (args.quick ? '24' : Object.keys(VERSIONS).join(','))).split(',');
const servers = (args.servers ?? (args.quick ? 'layers' : Object.keys(SERVERS).join(','))).split(',');
const modes = args.modes.split(',');
const FLOW_LIMIT = { 18: 1.4, 20: 1.4, 22: 1.4, 24: 1.25, 26: 1.25 };
const WATCH_LIMIT = 1.05;
const MEMORY_LIMIT_MB = 24;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const say = (text) => process.stderr.write(`${text}\n`);

try {
  const rows = [];
  if (process.platform === 'linux') {
    installNodes();
    if (!fs.existsSync(path.join(ROOT, 'dist/workers/record.cjs'))) {
      execFileSync(process.execPath, ['esbuild.mjs'], { cwd: ROOT, stdio: 'ignore' });
    }
    const { recordInWorker } = await recorder();
    for (const major of nodes) {
      for (const kind of servers) {
        if (Number(major) < SERVERS[kind].sinceNode) continue;
        rows.push(...(await measure(major, kind, recordInWorker)));
      }
    }
  } else {
    say('The CPU time of one thread is told by Linux only: nothing was measured.');
  }
  if (args.json) console.log(JSON.stringify({ name: 'overhead', rows }));
  else table(rows);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

/** The recorder as the editor uses it: in a thread of its own, so that it does not slow the load down. */
async function recorder() {
  const outfile = path.join(ROOT, 'dist', `bench-recorder-${process.pid}.cjs`);
  await esbuild.build({
    entryPoints: [path.join(ROOT, 'src/session/record-client.ts')],
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

async function measure(major, kind, recordInWorker) {
  const server = await startServer(major, kind, folder);
  try {
    const seconds = Number(args.seconds);
    await server.load(seconds);
    await server.load(seconds);
    let bare = await server.phase(seconds);
    /** @type {Record<string, { before: object, recorded: object, after: object, trailer: object, estimate: number }[]>} */
    const rounds = Object.fromEntries(modes.map((mode) => [mode, []]));
    for (let round = 0; round < Number(args.rounds); round++) {
      for (const mode of modes) {
        const before = bare;
        const recorded = await recordedPhase(server, mode, seconds, recordInWorker);
        bare = await server.phase(seconds);
        rounds[mode].push({ before, ...recorded, after: bare });
        say(
          `node ${major}, ${kind}, ${mode}: round ${round + 1}: ${us(before.cpuNs)}, recorded ${us(recorded.recorded.cpuNs)}, ` +
            `${us(bare.cpuNs)}; dropped ${recorded.trailer.dropped}, own estimate ${round2(recorded.estimate)}`,
        );
      }
    }
    const rows = modes.flatMap((mode) =>
      rowsOf(`${kind}, node ${major}, ${mode}`, major, mode, rounds[mode]),
    );
    // A long run that is cut short has told what it knew.
    for (const row of rows) say(lineOf(row));
    return rows;
  } finally {
    await server.end();
  }
}

async function recordedPhase(server, mode, seconds, recordInWorker) {
  const stop = new AbortController();
  let estimate = 0;
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
  const recorded = await server.phase(seconds);
  stop.abort();
  const { trailer } = await done;
  return { recorded, trailer, estimate };
}

function rowsOf(label, major, mode, rounds) {
  const ratios = (pick) =>
    rounds.map(({ before, recorded, after }) => pick(recorded) / ((pick(before) + pick(after)) / 2));
  const row = (what, values, rest) => {
    const sorted = values.toSorted((a, b) => a - b);
    return {
      label: `${label}${what}`,
      value: round2(sorted[sorted.length >> 1]),
      baseline: 'the same process, bare',
      spread: [round2(sorted[0]), round2(sorted.at(-1))],
      ...rest,
    };
  };
  const { trailer, recorded } = rounds.at(-1);
  const events = trailer.events / recorded.requests;
  const dropped = rounds.reduce((sum, round) => sum + round.trailer.dropped, 0);
  const lost = dropped > 0 ? `, ${dropped} dropped` : '';
  return [
    row(
      `, ${events.toFixed(0)} events a request${lost}`,
      ratios((one) => one.cpuNs),
      { unit: 'x', limit: mode === 'watch' ? WATCH_LIMIT : FLOW_LIMIT[major] },
    ),
    row(
      ', p99 latency',
      ratios((one) => one.p99Ms),
      { unit: 'x' },
    ),
    row(
      ', memory',
      rounds.map(({ before, recorded }) => (recorded.rss - before.rss) / 2 ** 20),
      { unit: 'MB', limit: MEMORY_LIMIT_MB },
    ),
  ];
}

function us(ns) {
  return `${(ns / 1000).toFixed(1)} µs`;
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  console.log('recorded against bare: median of rounds (lowest to highest)');
  for (const row of rows) console.log(lineOf(row));
}

function lineOf({ label, value, unit, spread, limit }) {
  const mark = limit === undefined ? '' : `  limit ${limit}${value <= limit ? '' : '  OVER'}`;
  return `${label.padEnd(52)} ${value.toFixed(2)} ${unit.padEnd(2)}  ${spread[0]} to ${spread[1]}${mark}`;
}
