// npm run bench:recording [-- FILE.looplens] [-- --json] [-- --seconds 5]
// What an event costs in a recording: bytes in the file and CPU time, beside other ways of packing the same events,
// Apache Arrow among them. Without a file it records a loaded server first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';
import { installNodes, nodeBinary } from '../setup/nodes.mjs';
import { load, recordUnderLoad } from './recorded.mjs';

const EVENT_BYTES = 16;
const ROUNDS = 7;

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '5' } },
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'looplens-bench-'));
try {
  installNodes();
  const file = positionals[0] ? path.resolve(positionals[0]) : await recordLoadedServer();
  // Arrow's readers know LZ4 and ZSTD; Node has ZSTD from 22.15 on.
  if (zlib.zstdCompressSync) await measure(file);
  else
    execFileSync(nodeBinary(24), [fileURLToPath(import.meta.url), file, ...(args.json ? ['--json'] : [])], {
      stdio: 'inherit',
    });
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

async function measure(file) {
  const { openRecording } = await load('src/recording/read.ts');
  const { encodeEvents, decodeEvents } = await load('src/recording/event-columns.ts');
  const arrow = await import('apache-arrow');
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
    encode: (bytes) =>
      zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }),
    decode: (bytes) => new Uint8Array(zlib.zstdDecompressSync(bytes)),
  });

  const batches = [...openRecording(file).events()].map(({ words }) => words);
  const events = batches.reduce((sum, { byteLength }) => sum + byteLength / EVENT_BYTES, 0);
  const deflated = (level, pack) => batches.map((batch) => zlib.deflateRawSync(pack(batch), { level }));
  const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);
  const arrowOf = (columnsOf) => (compression) =>
    batches.map((batch) => arrow.tableToIPC(arrow.tableFromArrays(columnsOf(batch)), 'stream', compression));
  const plainArrow = arrowOf(wordColumns);
  const deltaArrow = arrowOf(differenceColumns);
  const { ZSTD } = arrow.CompressionType;

  const columns = deflated(1, encodeEvents);
  const tables = plainArrow(ZSTD);
  const sizes = [
    ['.looplens: columns, deflate 1', columns],
    ['columns, deflate 6', deflated(6, encodeEvents)],
    ['columns, not deflated', batches.map(encodeEvents)],
    ['words, deflate 1', deflated(1, bytesOf)],
    ['words', batches.map(bytesOf)],
    ['Arrow IPC, ZSTD 1', tables],
    ['Arrow IPC, not compressed', plainArrow(null)],
    ['Arrow IPC of differences, ZSTD 1', deltaArrow(ZSTD)],
  ];
  const [encode, arrowEncode, decode, arrowDecode] = interleaved([
    () => deflated(1, encodeEvents),
    () => plainArrow(ZSTD),
    () => columns.forEach((bytes) => decodeEvents(zlib.inflateRawSync(bytes))),
    () => tables.forEach(readAll),
  ]);
  const perEvent = (ms) => (ms * 1e6) / events;
  const times = [
    ['.looplens: write', encode, encode],
    ['Arrow IPC, ZSTD 1: write', arrowEncode, encode],
    ['.looplens: read', decode, decode],
    ['Arrow IPC, ZSTD 1: read', arrowDecode, decode],
  ];

  const ours = total(columns);
  const rows = [
    ...sizes.map(([label, parts]) => ({
      label,
      value: total(parts) / events,
      unit: 'bytes/event',
      ratio: total(parts) / ours,
      baseline: '.looplens',
    })),
    ...times.map(([label, ms, base]) => ({
      label,
      value: perEvent(ms.median),
      unit: 'ns/event',
      spread: [perEvent(ms.least), perEvent(ms.most)],
      ratio: ms.median / base.median,
      baseline: '.looplens',
    })),
  ];
  if (args.json) console.log(JSON.stringify({ name: 'recording', rows }));
  else {
    console.log(`${events} events in ${batches.length} chunks, Node ${process.version}`);
    for (const { label, value, unit, ratio } of rows)
      console.log(
        `${label.padEnd(34)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(12)} ${ratio.toFixed(2).padStart(6)} x`,
      );
  }

  /** Touches every value, as an analysis does. */
  function readAll(bytes) {
    let sum = 0;
    const table = arrow.tableFromIPC(bytes);
    for (const name of ['op', 'extra', 'id', 'a', 'b'])
      for (const value of table.getChild(name).toArray()) sum += value;
    return sum;
  }
}

/** The fields of events as columns, as another tool would want them. */
function wordColumns(words) {
  const count = words.length / 4;
  const columns = {
    op: new Uint8Array(count),
    extra: new Uint32Array(count),
    id: new Int32Array(count),
    a: new Uint32Array(count),
    b: new Int32Array(count),
  };
  for (let index = 0; index < count; index++) {
    columns.op[index] = words[index * 4];
    columns.extra[index] = words[index * 4] >>> 8;
    columns.id[index] = words[index * 4 + 1];
    columns.a[index] = words[index * 4 + 2];
    columns.b[index] = words[index * 4 + 3];
  }
  return columns;
}

/** Each value as the difference to the one before in its column: smaller, and of no use to another tool. */
function differenceColumns(words) {
  const columns = wordColumns(words);
  for (const name of ['id', 'a', 'b'])
    for (let index = columns[name].length - 1; index > 0; index--)
      columns[name][index] -= columns[name][index - 1];
  return columns;
}

/** Runs each in turn, several rounds, ms of this thread. */
function interleaved(acts) {
  const times = acts.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, act] of acts.entries()) {
      const started = performance.now();
      act();
      times[index].push(performance.now() - started);
    }
  }
  return times.map((list) => {
    const sorted = list.toSorted((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
  });
}

function total(parts) {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function recordLoadedServer() {
  const out = path.join(folder, 'server.looplens');
  await recordUnderLoad({
    major: 24,
    server: 'overhead-server.cjs',
    paths: ['/'],
    out,
    seconds: Number(args.seconds),
    connections: 50,
  });
  return out;
}
