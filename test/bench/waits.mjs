// npm run bench:waits [-- --json] [-- --nodes 24,26] [-- --seconds 10]
// Where async functions wait: the share of each await line in a recording, beside the truth that the server itself
// measures around each await. Its waits go through timers, a shared promise, two pools, a stream and an emitter.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installNodes, VERSIONS } from '../setup/nodes.mjs';
import { load, recordUnderLoad } from './recorded.mjs';

const LIMIT = 3;
const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    nodes: { type: 'string', default: Object.keys(VERSIONS).join(',') },
    seconds: { type: 'string', default: '10' },
  },
});
installNodes();
const { openRecording } = await load('src/recording/read.ts');
const { analyze } = await load('src/analysis/analyze.ts');
const { EVENT_WORDS, Op } = await load('src/model/event.ts');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const rows = [];
try {
  for (const major of args.nodes.split(',')) rows.push(...(await measure(major)));
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
if (args.json) console.log(JSON.stringify({ name: 'waits', rows }));
else
  for (const row of rows)
    console.log(
      `${row.label.padEnd(34)} ${row.value.toFixed(1).padStart(6)} ${row.unit.padEnd(8)} ${row.baseline}`,
    );

/** The time between the first and the last sample, ms since the epoch: the truth is taken of the same time. */
function sampledWindow(recording) {
  const times = [];
  for (const { words } of recording.events()) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      if ((words[at] & 0xff) === Op.WaitSample) times.push(words[at + 2] >>> 0);
    }
  }
  const { startedAt } = recording.header;
  return { from: startedAt + times[0] / 1000, to: startedAt + times.at(-1) / 1000 };
}

async function measure(major) {
  const out = path.join(folder, `waits-${major}.looplens`);
  const truth = await recordUnderLoad({
    major,
    server: 'waits-server.cjs',
    paths: ['/0', '/1', '/2', '/3', '/4', '/5'],
    out,
    seconds: Number(args.seconds),
    onEnd: async (url) => {
      // Whatever waited when the recording ended has gone on by then, and is known.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const { from, to } = sampledWindow(openRecording(out));
      return (await fetch(`${url}/truth?${from},${to}`)).json();
    },
  });
  const { waits } = analyze(openRecording(out), []).value;
  const inFile = waits.lines.filter(({ location }) => location.file === truth.file);
  const measured = (line) =>
    inFile.filter(({ location }) => location.line === line).reduce((sum, { totalMs }) => sum + totalMs, 0);
  const allMeasured = inFile.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const allTrue = Object.values(truth.ms).reduce((sum, ms) => sum + ms, 0);
  const lines = Object.entries(truth.names).map(([name, line]) => {
    const share = (measured(line) / allMeasured) * 100;
    const trueShare = ((truth.ms[line] ?? 0) / allTrue) * 100;
    return { name, share, trueShare, off: Math.abs(share - trueShare) };
  });
  return [
    ...lines.map(({ name, share, trueShare }) => ({
      label: `node ${major}, ${name}`,
      value: share,
      unit: '%',
      baseline: `${trueShare.toFixed(1)} % around the await`,
    })),
    {
      label: `node ${major}, largest difference`,
      value: Math.max(...lines.map(({ off }) => off)),
      unit: 'points',
      baseline: 'truth',
      limit: LIMIT,
    },
    {
      label: `node ${major}, unattributed`,
      value: waits.unattributedShare * 100,
      unit: '%',
      baseline: 'all waiting',
    },
  ];
}
