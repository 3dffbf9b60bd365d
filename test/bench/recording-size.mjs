// What an event costs in a recording: bytes in the file, against other ways of packing the same events, and CPU time.
//   node test/bench/recording-size.mjs FILE.looplens [--json]
import esbuild from 'esbuild';
import path from 'node:path';
import zlib from 'node:zlib';

const file = process.argv[2];
if (!file || file.startsWith('-')) {
  console.error('Give a recording: node test/bench/recording-size.mjs FILE.looplens [--json]');
  process.exit(2);
}
const [{ openRecording }, { encodeEvents, decodeEvents }] = await Promise.all(
  ['src/recording/read.ts', 'src/recording/event-columns.ts'].map(load),
);

const EVENT_BYTES = 16;
const batches = [...openRecording(path.resolve(file)).events()].map(({ words }) => words);
const events = batches.reduce((sum, { byteLength }) => sum + byteLength / EVENT_BYTES, 0);
const columns = batches.map(encodeEvents);
const words = batches.map(({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength),
);

const rows = [
  size('as recorded: columns, deflate 1', columns, 1),
  size('columns, deflate 6', columns, 6),
  size('columns, not deflated', columns),
  size('words, deflate 1', words, 1),
  size('words, deflate 6', words, 6),
  size('words, not deflated', words),
  time('encoding columns', () => batches.forEach((batch) => encodeEvents(batch))),
  time('decoding columns', () => columns.forEach((bytes) => decodeEvents(bytes))),
  time('deflate 1 (thread pool)', () => columns.forEach((bytes) => zlib.deflateRawSync(bytes, { level: 1 }))),
  time('inflate', inflation()),
];
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ name: 'recording-size', rows }));
} else {
  console.log(`${events} events in ${batches.length} chunks`);
  for (const { label, value, unit } of rows)
    console.log(`${label.padEnd(34)} ${value.toFixed(2).padStart(7)} ${unit}`);
}

function size(label, parts, level) {
  const bytes = parts.map((part) => (level ? zlib.deflateRawSync(part, { level }) : part).length);
  const value = bytes.reduce((sum, length) => sum + length, 0) / events;
  return { label, value, unit: 'bytes/event', baseline: 'four words' };
}

/** The best of several rounds: the others were disturbed. */
function time(label, act) {
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const started = performance.now();
    act();
    best = Math.min(best, performance.now() - started);
  }
  return { label, value: (best * 1e6) / events, unit: 'ns/event' };
}

function inflation() {
  const packed = columns.map((bytes) => zlib.deflateRawSync(bytes, { level: 1 }));
  return () => packed.forEach((bytes) => zlib.inflateRawSync(bytes));
}

/** A module of ours, compiled for this process. */
async function load(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
