// npm run bench:overhead [-- --json] [-- --quick] [-- --nodes 24,26] [-- --servers layers,plain,express,fastify,shop]
//   [-- --modes hooks,flow,watch,left] [-- --sets 3] [-- --rounds 8] [-- --seconds 0.4]
// What recording costs the program: CPU time of its main thread per request. The same server runs as several processes: bare,
// under Node's own hooks with nothing in them (`hooks`), recorded in each mode, and left again after `flow` (`left`). They are loaded in turn, a slice each; in each
// round a recorded slice is held against the bare one, and the median of these ratios over all rounds counts. All of them are
// started anew several times (`sets`), because two processes of the same program differ by what V8 happened to compile.
// Beside it the 99th percentile of latency in the same way, and the memory beyond that of the bare process at the end.
// `--quick`: one server on one Node, in about a minute. On Linux, which alone tells the time of one thread.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { agentAsText, withoutBrowserProtocol } from '../../esbuild.plugins.mjs';
import { installNodes, VERSIONS } from '../setup/nodes.mjs';
import { prepare, ROOT } from '../setup/project.mjs';
import { startServer, SERVERS } from './overhead-load.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    sets: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '0.4' },
    servers: { type: 'string' },
    modes: { type: 'string', default: 'hooks,flow,watch,left' },
  },
});
const nodes = (args.nodes ?? (args.quick ? '24' : Object.keys(VERSIONS).join(','))).split(',');
const servers = (args.servers ?? (args.quick ? 'layers' : Object.keys(SERVERS).join(','))).split(',');
const modes = args.modes.split(',');
const FLOW_LIMIT = { 18: 1.4, 20: 1.4, 22: 1.4, 24: 1.25, 26: 1.25 };
const WATCH_LIMIT = 1.05;
const LEFT_LIMIT = 1.05;
const MEMORY_LIMIT_MB = 24;
/** V8 compiles anew when hooks come: not counted. */
const WARM_S = 1.2;
const HOOKS = path.join(ROOT, 'test/bench/overhead-hooks.cjs');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const say = (text) => process.stderr.write(`${text}\n`);

try {
  const rows = [];
  if (process.platform === 'linux') {
    installNodes();
    await prepare((text) => process.stderr.write(text));
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
  const seconds = Number(args.seconds);
  /** @type {Record<string, { slices: { bare: object, own: object }[], sets: object[] }>} */
  const measured = Object.fromEntries(modes.map((mode) => [mode, { slices: [], sets: [] }]));
  for (let set = 0; set < Number(args.sets); set++) {
    const bare = await startServer(major, kind, folder);
    const servers = [];
    try {
      await bare.load(WARM_S);
      for (const mode of modes) servers.push(await under(mode, major, kind, recordInWorker));
      for (let round = 0; round < Number(args.rounds); round++) {
        // There and back, so that none is always the first.
        const order = round % 2 === 0 ? [bare, ...servers] : [...servers.toReversed(), bare];
        const slices = new Map();
        for (const server of order) slices.set(server, await server.slice(seconds));
        for (const server of servers) {
          measured[server.mode].slices.push({ bare: slices.get(bare), own: slices.get(server) });
        }
      }
      const rss = bare.rss();
      for (const server of servers) {
        const { mode } = server;
        measured[mode].sets.push({ memory: (server.rss() - rss) / 2 ** 20, ...(await server.end()) });
      }
    } finally {
      await Promise.all([bare, ...servers].map((server) => server.end()));
    }
    const said = modes.map((mode) => `${mode} ${median(cpuRatios(measured[mode])).toFixed(2)}`);
    say(`node ${major}, ${kind}, set ${set + 1}: ${said.join(', ')}`);
  }
  const rows = modes.flatMap((mode) =>
    rowsOf(`${kind}, node ${major}, ${mode}`, major, mode, measured[mode]),
  );
  // A long run that is cut short has told what it knew.
  for (const row of rows) say(lineOf(row));
  return rows;
}

/** A server of the same kind, with hooks or recorded; warm. */
async function under(mode, major, kind, recordInWorker) {
  const flags = mode === 'hooks' ? ['--require', HOOKS] : [];
  const server = await startServer(major, kind, folder, flags);
  let requests = 0;
  const counted = { ...server, mode, slice: async (seconds) => count(await server.slice(seconds)) };
  const count = (slice) => {
    requests += slice.requests;
    return slice;
  };
  await server.load(WARM_S);
  if (mode === 'hooks') return { ...counted, end: once(async () => (await server.end(), {})) };
  const stop = new AbortController();
  let started;
  const recording = new Promise((resolve) => (started = resolve));
  const done = recordInWorker(
    { kind: 'pid', pid: server.pid },
    {
      out: path.join(folder, `bench-${mode}.looplens`),
      mode: mode === 'left' ? 'flow' : mode,
      // The whole of the mode is measured, whatever it costs.
      budget: 1,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === 'recording' && started(),
    },
  );
  await Promise.race([recording, done]);
  requests += (await server.load(WARM_S)).length;
  if (mode === 'left') {
    stop.abort();
    await done;
    await server.load(WARM_S);
    return { ...counted, end: once(async () => (await server.end(), {})) };
  }
  const end = once(async () => {
    stop.abort();
    const { trailer } = await done;
    await server.end();
    return { events: trailer.events / requests, dropped: trailer.dropped };
  });
  return { ...counted, end };
}

function once(run) {
  let running;
  return () => (running ??= run());
}

function cpuRatios({ slices }) {
  return slices.map(({ bare, own }) => own.cpuNs / bare.cpuNs);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function rowsOf(label, major, mode, measured) {
  const row = (what, values, rest) => {
    const sorted = values.toSorted((a, b) => a - b);
    return {
      label: `${label}${what}`,
      value: round2(median(values)),
      baseline: 'the same server, bare',
      // Quarters: a few slices always meet another guest of the machine.
      spread: [round2(sorted[sorted.length >> 2]), round2(sorted[(sorted.length * 3) >> 2])],
      ...rest,
    };
  };
  const limits = { watch: WATCH_LIMIT, flow: FLOW_LIMIT[major], left: LEFT_LIMIT };
  const cpu = (what) =>
    row(what, cpuRatios(measured), { unit: 'x', ...(limits[mode] && { limit: limits[mode] }) });
  if (mode === 'hooks') return [cpu(', empty')];
  if (mode === 'left') return [cpu(' after flow')];
  const { slices, sets } = measured;
  const dropped = sets.reduce((sum, set) => sum + set.dropped, 0);
  const lost = dropped > 0 ? `, ${dropped} dropped` : '';
  return [
    cpu(`, ${sets.at(-1).events.toFixed(0)} events a request${lost}`),
    row(
      ', p99 latency',
      slices.map(({ bare, own }) => own.p99Ms / bare.p99Ms),
      { unit: 'x' },
    ),
    row(
      ', memory',
      sets.map(({ memory }) => memory),
      { unit: 'MB', limit: MEMORY_LIMIT_MB },
    ),
  ];
}

function round2(value) {
  return Math.round(value * 100) / 100;
}

function table(rows) {
  console.log('against the bare server: median of all slices (first to third quarter)');
  for (const row of rows) console.log(lineOf(row));
}

function lineOf({ label, value, unit, spread, limit }) {
  const mark = limit === undefined ? '' : `  limit ${limit}${value <= limit ? '' : '  OVER'}`;
  return `${label.padEnd(52)} ${value.toFixed(2)} ${unit.padEnd(2)}  ${spread[0]} to ${spread[1]}${mark}`;
}
