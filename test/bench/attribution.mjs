// npm run bench:attribution [-- --json] [-- --nodes 20,24] [-- --seconds 10]
// Every place that the wait profiler told, held against the truth: a stack taken when the very promise was made. That both speak
// of the same promise is shown by what it follows, which both tell of each: `same promises` must be 100 %.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installNodes, VERSIONS } from '../setup/nodes.mjs';
import { load, recordUnderLoad } from './recorded.mjs';

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    nodes: { type: 'string', default: Object.keys(VERSIONS).join(',') },
    seconds: { type: 'string', default: '10' },
  },
});
installNodes();
const { openRecording } = await load('src/recording/read.ts');
const { EVENT_WORDS, Op } = await load('src/model/event.ts');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
const SERVERS = [
  { server: 'waits-server.cjs', paths: ['/0', '/1', '/2', '/3', '/4', '/5'], connections: 30 },
  { server: 'overhead-server.cjs', paths: ['/work'], connections: 10 },
];
const rows = [];
try {
  for (const major of args.nodes.split(','))
    for (const server of SERVERS) rows.push(...(await measure(major, server)));
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
if (args.json) console.log(JSON.stringify({ name: 'attribution', rows }));
else
  for (const row of rows)
    console.log(
      `${row.label.padEnd(48)} ${row.value.toFixed(2).padStart(7)} ${row.unit.padEnd(10)} ${row.baseline}`,
    );

async function measure(major, { server, paths, connections }) {
  const out = path.join(folder, 'recording.looplens');
  const truthFile = path.join(folder, 'truth.json');
  await recordUnderLoad({
    major,
    server,
    paths,
    connections,
    out,
    seconds: Number(args.seconds),
    execArgv: [
      '--require',
      path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), 'truth.cjs'),
    ],
    env: { TRUTH: truthFile },
    // The truth makes every promise dear, and the governor would leave the graph for it: what is made meanwhile has no id.
    budget: '100%',
  });
  const truth = new Map(JSON.parse(fs.readFileSync(truthFile, 'utf8')));
  const reader = openRecording(out);
  const { frames, stacks, types } = reader.tables;
  const followers = new Map();
  const parents = new Map();
  const samples = [];
  let pauses = 0;
  for (const { words } of reader.events()) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      const op = words[at] & 0xff;
      if (op === Op.Init && types[words[at] >>> 8] === 'PROMISE') {
        parents.set(words[at + 1], words[at + 2]);
        followers.set(words[at + 2], (followers.get(words[at + 2]) ?? 0) + 1);
      } else if (op === Op.Dropped && words[at + 1] === 0) pauses++;
      else if (op === Op.WaitSample) samples.push({ id: words[at + 1], stack: words[at + 3] });
    }
  }
  const same = sameParents(parents, truth);
  if (same.both === 0) {
    console.error(
      `  nothing to compare: ${parents.size} promises in the recording, ${truth.size} in the truth`,
    );
  }
  if (pauses > 0) console.error(`  the graph paused ${pauses} times: what came later cannot be compared`);
  const seen = { right: 0, wrong: 0, untold: 0, 'nobody waits': 0 };
  const errors = new Map();
  for (const { id, stack } of samples) {
    if (followers.has(id)) continue;
    const where = truth.get(id)?.[0];
    if (where === undefined || where === '' || where === 'looplens') continue;
    const told = (stacks[stack] ?? []).map((frame) => frames[frame]).filter((frame) => frame.async !== 'all');
    const top = told.find(({ owner }) => owner !== 'node');
    if (!top) seen[(followers.get(parents.get(id)) ?? 0) > 1 ? 'untold' : 'nobody waits']++;
    else if (`${top.file}:${top.line}` === where) seen.right++;
    else {
      seen.wrong++;
      const key = `${top.file}:${top.line} for ${where}`;
      errors.set(key, (errors.get(key) ?? 0) + 1);
    }
  }
  for (const [key, count] of [...errors].sort((a, b) => b[1] - a[1]).slice(0, 5))
    console.error(`  ${count} x ${key}`);
  const all = seen.right + seen.wrong + seen.untold;
  const label = `node ${major}, ${server.replace('-server.cjs', '')}`;
  const shares = Object.entries(seen).map(([name, count]) => ({
    label: `${label}, ${name}`,
    value: (count / all) * 100,
    unit: '%',
    baseline: `${all} samples`,
    ...(name === 'wrong' ? { limit: 1 } : {}),
  }));
  const agreement = {
    label: `${label}, same promises`,
    value: (same.agree / same.both) * 100,
    unit: '%',
    baseline: `${same.both} that follow another`,
  };
  return [...shares, agreement];
}

/** Of the promises that follow another one that was seen being made, how many do so by both tellers. */
function sameParents(parents, truth) {
  let both = 0;
  let agree = 0;
  for (const [id, parent] of parents) {
    const [where, follows] = truth.get(id) ?? ['looplens', 0];
    if (where === 'looplens' || !truth.has(follows) || !parents.has(parent)) continue;
    both++;
    if (follows === parent) agree++;
  }
  return { both, agree };
}
