import zlib from 'node:zlib';
import { EVENT_WORDS, Op } from '../model/event.ts';
import type { EventBatch } from '../model/recording.ts';
import { decodeEvents, encodeEvents } from './event-columns.ts';
import { LIMITS } from './format.ts';

/** Events of one thread grow too old together; this much time at most lies between the first and the last, µs. */
const CHUNK_US = 500_000;
const CHUNK_WORDS = LIMITS.chunkEvents * EVENT_WORDS;
/** Room that a thread begins with, words; a quiet one needs no more. */
const FIRST_WORDS = 1024 * EVENT_WORDS;

/** The events of the last seconds, packed as a file would hold them. */
export interface FlightStore {
  /** Newest time that was seen, µs since the recording's clock origin. */
  readonly newestUs: number;
  /** Bytes that are held, at most `maxBytes` and one open chunk for each thread. */
  readonly bytes: number;
  /** Takes a copy. */
  add(batch: EventBatch): void;
  /** Lets go what ended before `timeUs`. */
  dropBefore(timeUs: number): void;
  /** Time of the oldest event that had to go for want of room, and not of age; undefined while there was room. */
  readonly overflowUs: number | undefined;
  /** What is held, oldest first within each thread; empties the store. */
  take(): AsyncIterable<EventBatch>;
  /** Time of the oldest event held, µs; 0 as long as nothing had to go. */
  oldestUs(): number;
  /** Threads of which events are held. */
  threads(): Set<string>;
}

/** @param maxBytes room for packed events; beyond it the oldest go */
export function createFlightStore(maxBytes: number): FlightStore {
  const open = new Map<string, OpenChunk>();
  let packed: PackedChunk[] = [];
  let bytes = 0;
  let newestUs = 0;
  let overflowUs: number | undefined;
  let whole = true;

  const remove = (count: number): void => {
    whole = false;
    for (const chunk of packed.splice(0, count)) {
      chunk.gone = true;
      bytes -= chunk.bytes.length;
    }
  };
  const close = (thread: string, chunk: OpenChunk): void => {
    open.delete(thread);
    const { firstUs, lastUs } = chunk;
    const entry = pack(thread, chunk, firstUs, lastUs, (saved) => (bytes -= saved));
    packed.push(entry);
    bytes += entry.bytes.length;
    while (bytes > maxBytes && packed.length > 0) {
      overflowUs = Math.max(overflowUs ?? 0, packed[0]!.lastUs);
      remove(1);
    }
  };
  const put = (thread: string, words: Int32Array, at: number): void => {
    let chunk = open.get(thread);
    if (!chunk) open.set(thread, (chunk = openChunk(newestUs)));
    if (chunk.used === chunk.words.length) chunk.words = grown(chunk.words);
    chunk.words.set(words.subarray(at, at + EVENT_WORDS), chunk.used);
    chunk.used += EVENT_WORDS;
    if (tellsTime(words[at]! & 0xff)) {
      // Threads share a clock; times are modulo 2^32.
      const time = newestUs + ((words[at + 2]! - newestUs) | 0);
      newestUs = Math.max(newestUs, time);
      chunk.firstUs = Math.min(chunk.firstUs, time);
      chunk.lastUs = Math.max(chunk.lastUs, time);
    }
    if (chunk.used === CHUNK_WORDS || chunk.lastUs - chunk.firstUs >= CHUNK_US) close(thread, chunk);
  };

  return {
    get newestUs() {
      return newestUs;
    },
    get bytes() {
      return bytes;
    },
    get overflowUs() {
      return overflowUs;
    },
    add: ({ thread, words }) => {
      for (let at = 0; at < words.length; at += EVENT_WORDS) put(thread, words, at);
    },
    dropBefore: (timeUs) => {
      let old = 0;
      while (old < packed.length && packed[old]!.lastUs < timeUs) old++;
      if (old > 0) remove(old);
      for (const [thread, chunk] of open) {
        if (chunk.lastUs >= timeUs) continue;
        open.delete(thread);
        whole = false;
      }
    },
    oldestUs: () => {
      if (whole) return 0;
      return [...packed, ...open.values()].reduce((least, { firstUs }) => Math.min(least, firstUs), newestUs);
    },
    threads: () => new Set([...packed.map(({ thread }) => thread), ...open.keys()]),
    take: async function* () {
      for (const [thread, chunk] of open) close(thread, chunk);
      const chunks = packed;
      packed = [];
      bytes = 0;
      for (const chunk of chunks) {
        await chunk.packing;
        yield { thread: chunk.thread, words: unpack(chunk) };
      }
    },
  };
}

interface OpenChunk {
  words: Int32Array;
  used: number;
  /** Infinity before the first event that tells the time. */
  firstUs: number;
  lastUs: number;
}

interface PackedChunk {
  thread: string;
  firstUs: number;
  lastUs: number;
  bytes: Uint8Array;
  form: 'columns' | 'deflated';
  /** Nobody needs it any more, so it does not count when its packing ends. */
  gone: boolean;
  packing: Promise<void>;
}

const openChunk = (nowUs: number): OpenChunk => ({
  words: new Int32Array(FIRST_WORDS),
  used: 0,
  firstUs: Infinity,
  lastUs: nowUs,
});

function grown(words: Int32Array): Int32Array {
  const more = new Int32Array(Math.min(CHUNK_WORDS, words.length * 4));
  more.set(words);
  return more;
}

/** Columns at once, deflated in the thread pool when it gets to it. */
function pack(
  thread: string,
  { words, used }: OpenChunk,
  firstUs: number,
  lastUs: number,
  onSaved: (bytes: number) => void,
): PackedChunk {
  const columns = encodeEvents(words.subarray(0, used));
  const entry: PackedChunk = {
    thread,
    firstUs,
    lastUs,
    bytes: columns,
    form: 'columns',
    gone: false,
    packing: Promise.resolve(),
  };
  entry.packing = new Promise((resolve) => {
    zlib.deflateRaw(columns, { level: 1 }, (error, deflated) => {
      if (!error && deflated.length < columns.length && !entry.gone) {
        entry.bytes = deflated;
        entry.form = 'deflated';
        onSaved(columns.length - deflated.length);
      }
      resolve();
    });
  });
  return entry;
}

function unpack({ bytes, form }: PackedChunk): Int32Array {
  const words = decodeEvents(form === 'deflated' ? zlib.inflateRawSync(bytes) : bytes);
  if (!words) throw new Error('A chunk that was packed in memory cannot be unpacked.');
  return words;
}

/** Ops whose word 2 is about now, and not when something began. */
function tellsTime(op: number): boolean {
  return op === Op.Before || op === Op.After || op === Op.Heartbeat;
}
