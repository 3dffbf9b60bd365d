// npm run bench:analysis [-- --json] [-- --millions 1,3,10] [-- FILE.looplens]
// Time and memory of the analysis as recordings grow: a real recording's events, again and again under new ids and later
// times, fed as they would come while recording. Each size runs in a process of its own.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installNodes } from '../setup/nodes.mjs';
import { load, recordUnderLoad } from './recorded.mjs';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    millions: { type: 'string', default: '1,3,10' },
    /** Of the process that measures one size: number of events. */
    measure: { type: 'string' },
  },
});
/** The first findings are asked for after so many events. */
const FIRST = 100_000;

async function compare() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
  try {
    let [file] = positionals;
    if (!file) {
      installNodes();
      file = path.join(folder, 'pattern.looplens');
      await recordUnderLoad({
        major: 24,
        server: 'overhead-server.cjs',
        paths: ['/work'],
        connections: 10,
        seconds: 4,
        out: file,
      });
    }
    const sizes = args.millions.split(',').map((millions) => Number(millions) * 1e6);
    const results = sizes.map((events) => {
      const self = fileURLToPath(import.meta.url);
      return JSON.parse(
        execFileSync(process.execPath, [self, file, '--measure', String(events)], { encoding: 'utf8' }),
      );
    });
    print(results);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function print(results) {
  const [base] = results;
  const rows = results.flatMap((result) => {
    const name = `${result.events / 1e6} million events`;
    const perEvent = result.totalMs / result.events / (base.totalMs / base.events);
    return [
      row(`${name}, time`, result.totalMs / 1000, 's', 'nothing', 60),
      row(`${name}, time for each event`, perEvent, 'x', `${base.events / 1e6} million events`, 1.3),
      row(`${name}, of it the findings at the end`, result.reportMs / 1000, 's', 'nothing'),
      row(`${name}, first findings after`, result.firstMs / 1000, 's', 'nothing', 2),
      row(`${name}, peak memory`, result.peakMB, 'MB', `${result.startMB} MB before`),
    ];
  });
  if (args.json) {
    console.log(JSON.stringify({ name: 'analysis', rows }));
    return;
  }
  for (const { label, value, unit } of rows)
    console.log(`${label.padEnd(50)} ${value.toFixed(2).padStart(9)} ${unit}`);
}

const row = (label, value, unit, baseline, limit) => ({
  label,
  value: Math.round(value * 100) / 100,
  unit,
  baseline,
  ...(limit !== undefined && { limit }),
});

async function measure(file, wanted) {
  const { openRecording } = await load('src/recording/read.ts');
  const { EVENT_WORDS, Op } = await load('src/model/event.ts');
  const { AnalysisSoFar } = await load('src/analysis/analysis-so-far.ts');
  const reader = openRecording(file);
  const thread = reader.header.target.threads[0]?.id ?? 'main';
  const pattern = [...reader.events()].filter((batch) => batch.thread === thread).map(({ words }) => words);
  const span = spanOf(pattern, { EVENT_WORDS, Op });
  const startMB = Math.round(process.memoryUsage().rss / 1e6);
  const analysis = new AnalysisSoFar(reader.header, reader.tables);
  const recorded = { ...pick(reader), trailer: undefined };

  const began = performance.now();
  let events = 0;
  let firstMs = 0;
  for (let round = 0; events < wanted; round++) {
    for (const words of pattern) {
      if (events >= wanted) break;
      const batch = later(words, round, span, { EVENT_WORDS, Op });
      analysis.feed({ thread, words: batch });
      events += batch.length / EVENT_WORDS;
      if (firstMs === 0 && events >= FIRST) {
        analysis.report(recorded, []);
        firstMs = performance.now() - began;
      }
    }
  }
  const fed = performance.now();
  const { value } = analysis.report(recorded, []);
  const ended = performance.now();
  return {
    events: wanted,
    requests: value.routes.reduce((sum, route) => sum + route.requests, 0),
    totalMs: ended - began,
    reportMs: ended - fed,
    firstMs,
    startMB,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1e3),
  };
}

const pick = ({ stalls, rejections, profiles, notes, problems }) => ({
  stalls,
  rejections,
  profiles,
  notes,
  problems,
});

/** How far ids, requests and the clock go in the pattern. */
function spanOf(pattern, { EVENT_WORDS, Op }) {
  let ids = 0;
  let requests = 0;
  let us = 0;
  for (const words of pattern) {
    for (let at = 0; at < words.length; at += EVENT_WORDS) {
      const op = words[at] & 0xff;
      if (op === Op.Init) ids = Math.max(ids, words[at + 1]);
      if (op === Op.RequestStart) requests = Math.max(requests, words[at + 1]);
      if (op === Op.Before) us = Math.max(us, words[at + 2] >>> 0);
    }
  }
  return { ids: (ids + 2) & ~1, requests, us: us + 1000 };
}

/** The same events under the ids and at the times of a later round. Ids older than the recording stay what they are. */
function later(words, round, span, { EVENT_WORDS, Op }) {
  const moved = Int32Array.from(words);
  const id = (value) => (value > 0 ? value + round * span.ids : value);
  for (let at = 0; at < moved.length; at += EVENT_WORDS) {
    const op = moved[at] & 0xff;
    switch (op) {
      case Op.Init:
        moved[at + 2] = id(moved[at + 2]);
        moved[at + 1] = id(moved[at + 1]);
        moved[at + 3] = id(moved[at + 3]);
        continue;
      case Op.Settled:
        moved[at + 3] = id(moved[at + 3]);
        moved[at + 1] = id(moved[at + 1]);
        break;
      case Op.RequestStart:
      case Op.RequestEnd:
        moved[at + 1] += round * span.requests;
        break;
      case Op.Before:
      case Op.After:
      case Op.WaitSample:
      case Op.Pending:
      case Op.InitStack:
        moved[at + 1] = id(moved[at + 1]);
        break;
    }
    moved[at + 2] = (moved[at + 2] + round * span.us) | 0;
  }
  return moved;
}

if (args.measure) console.log(JSON.stringify(await measure(positionals[0], Number(args.measure))));
else await compare();
