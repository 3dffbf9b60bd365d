import fs from 'node:fs';
import zlib from 'node:zlib';
import { UserError } from '../base/user-error.ts';
import { EVENT_WORDS } from '../model/event.ts';
import type { Note } from '../model/note.ts';
import type { Problem } from '../model/problem.ts';
import type {
  CpuProfile,
  EventBatch,
  RecordingHeader,
  RecordingTables,
  RecordingTrailer,
  Rejection,
  StallStack,
} from '../model/recording.ts';
import type { RecordingWriter } from './contract.ts';
import { fileErrorReason } from './file-errors.ts';
import { encodeEvents } from './event-columns.ts';
import { chunk, ChunkKind, Codec, fileHeader, LIMITS } from './format.ts';

/**
 * Begins a recording file, replacing one that is there. Compression and writing happen in the thread pool; each
 * chunk that reached the file can be read whatever happens to this process afterwards. Events reach it at the latest
 * {@link FLUSH_MS} after they were given.
 *
 * A full disk or another failure of the file shows in `end`, which rejects; what was given since is dropped.
 *
 * @throws UserError `usage` when the file cannot be created
 */
export function createRecordingFile(file: string, header: RecordingHeader): RecordingWriter {
  return openRecordingFile(file)(header);
}

/**
 * The same in two steps, for a recording whose header is not known yet: the file is created, and empty until the answer
 * is called, once.
 * @throws UserError `usage` when the file cannot be created
 */
export function openRecordingFile(file: string): (header: RecordingHeader) => RecordingWriter {
  let descriptor: number;
  try {
    descriptor = fs.openSync(file, 'w');
  } catch (error) {
    throw new UserError(
      'usage',
      `The recording ${file} cannot be created: ${fileErrorReason(error)}.`,
      'Choose another place for it.',
      { cause: error },
    );
  }
  return (header) => new FileWriter(file, descriptor, header);
}

/** How long events may wait for company before they are written, ms. */
const FLUSH_MS = 200;
/** Entries of a table that are written without waiting for more. */
const TABLE_ENTRIES = 4096;
const TABLE_NAMES = ['types', 'labels', 'frames', 'stacks'] as const;
const CHUNK_WORDS = LIMITS.chunkEvents * EVENT_WORDS;

/** Events of one thread that wait until they fill a chunk. */
interface Pending {
  words: Int32Array;
  used: number;
}

class FileWriter implements RecordingWriter {
  readonly #file: string;
  readonly #descriptor: number;
  /** The last write; each waits for the one before. */
  #writes: Promise<void>;
  #failure: unknown;
  #inFlight = 0;
  #ended = false;
  readonly #pending = new Map<string, Pending>();
  /** Entries that wait to be written; their index counts on from the sizes. */
  #tables = emptyTables();
  readonly #tableSizes = { types: 0, labels: 0, frames: 0, stacks: 0 };
  #metadataBytes = 0;
  readonly #problems: Problem[] = [];
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(file: string, descriptor: number, header: RecordingHeader) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#writes = this.#write(fileHeader());
    this.#json(ChunkKind.Header, header);
  }

  get backlog(): number {
    let waiting = this.#inFlight;
    for (const { used } of this.#pending.values()) waiting += used * Int32Array.BYTES_PER_ELEMENT;
    return waiting;
  }

  events(batch: EventBatch): void {
    if (batch.words.length % EVENT_WORDS !== 0) throw new Error('An event batch must hold whole events.');
    this.#refuseAfterEnd();
    const pending = this.#pendingOf(batch.thread);
    for (let from = 0; from < batch.words.length;) {
      const part = batch.words.subarray(from, from + CHUNK_WORDS - pending.used);
      pending.words.set(part, pending.used);
      pending.used += part.length;
      from += part.length;
      if (pending.used === CHUNK_WORDS) this.#flushThread(batch.thread, pending);
    }
    this.#flushLater();
  }

  tables(added: Partial<RecordingTables>): void {
    this.#refuseAfterEnd();
    const waiting = this.#tables;
    for (const type of added.types ?? []) waiting.types.push(type);
    for (const label of added.labels ?? []) waiting.labels.push(label);
    for (const frame of added.frames ?? []) waiting.frames.push(frame);
    for (const stack of added.stacks ?? []) waiting.stacks.push(stack.slice(0, LIMITS.stackFrames));
    if (TABLE_NAMES.some((name) => waiting[name].length >= TABLE_ENTRIES)) this.#flushTables();
    else this.#flushLater();
  }

  stall(stack: StallStack): void {
    this.#json(ChunkKind.Stall, stack);
  }

  rejection(rejection: Rejection): void {
    this.#json(ChunkKind.Rejection, rejection);
  }

  profile({ times, ...rest }: CpuProfile): void {
    this.#json(ChunkKind.Profile, { ...rest, timeSteps: differences(times) });
  }

  note(note: Note): void {
    this.#json(ChunkKind.Note, note);
  }

  async end(trailer: RecordingTrailer): Promise<void> {
    this.#refuseAfterEnd();
    this.#flush();
    this.#json(ChunkKind.Trailer, { ...trailer, problems: [...trailer.problems, ...this.#problems] });
    this.#ended = true;
    await this.#writes;
    fs.closeSync(this.#descriptor);
    if (this.#failure === undefined) return;
    throw new UserError(
      'internal',
      `The recording ${this.#file} could not be written to its end: ${fileErrorReason(this.#failure)}.`,
      'What was written before can be analysed.',
      { cause: this.#failure },
    );
  }

  #refuseAfterEnd(): void {
    if (this.#ended) throw new Error('The recording has ended.');
  }

  #pendingOf(thread: string): Pending {
    let pending = this.#pending.get(thread);
    if (!pending) this.#pending.set(thread, (pending = { words: new Int32Array(CHUNK_WORDS), used: 0 }));
    return pending;
  }

  #flushLater(): void {
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushTables();
    for (const [thread, pending] of this.#pending) this.#flushThread(thread, pending);
  }

  /** Recorders add entries one by one: many of them share a chunk. */
  #flushTables(): void {
    const waiting = this.#tables;
    this.#tables = emptyTables();
    const parts: Record<string, { start: number; items: unknown[] }> = {};
    for (const name of TABLE_NAMES) {
      const items = waiting[name];
      if (items.length === 0) continue;
      parts[name] = { start: this.#tableSizes[name], items };
      this.#tableSizes[name] += items.length;
    }
    if (Object.keys(parts).length > 0) this.#put(ChunkKind.Tables, parts);
  }

  #flushThread(thread: string, pending: Pending): void {
    if (pending.used === 0) return;
    // What the events point at comes before them.
    this.#flushTables();
    const name = Buffer.from(thread.slice(0, MAX_THREAD_NAME));
    const columns = encodeEvents(pending.words.subarray(0, pending.used));
    pending.used = 0;
    this.#append(ChunkKind.Events, Buffer.concat([Buffer.of(name.length), name, columns]));
  }

  #json(kind: ChunkKind, value: unknown): void {
    this.#refuseAfterEnd();
    this.#flushTables();
    this.#put(kind, value);
  }

  /** Appends JSON, unless that would make a file that a reader refuses. */
  #put(kind: ChunkKind, value: unknown): void {
    const bytes = Buffer.from(JSON.stringify(value));
    const room = LIMITS.metadataBytes - this.#metadataBytes - (kind === ChunkKind.Trailer ? 0 : TRAILER_ROOM);
    if (bytes.length > Math.min(LIMITS.chunkBytes, room)) {
      const size = (bytes.length / 2 ** 20).toFixed(0);
      const message = `${KIND_NAMES[kind] ?? 'A part'} of ${size} MB did not fit into the recording.`;
      if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ code: 'recording-full', message });
      return;
    }
    this.#metadataBytes += bytes.length;
    this.#append(kind, bytes);
  }

  /** Packs in the thread pool at once, several chunks side by side; writes in order. */
  #append(kind: ChunkKind, raw: Buffer): void {
    if (this.#failure !== undefined) return;
    this.#inFlight += raw.length;
    const packing = pack(kind, raw);
    this.#writes = this.#writes.then(async () => {
      await this.#write(await packing);
      this.#inFlight -= raw.length;
    });
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length && this.#failure === undefined;) {
      try {
        from += await writeSome(this.#descriptor, bytes, from);
      } catch (error) {
        this.#failure = error;
      }
    }
  }
}

const MAX_THREAD_NAME = 60;
const MAX_PROBLEMS = 10;
/** Bytes kept free for the trailer. */
const TRAILER_ROOM = 1 << 20;

const KIND_NAMES: Partial<Record<ChunkKind, string>> = {
  [ChunkKind.Profile]: 'A CPU profile',
  [ChunkKind.Tables]: 'A table of stacks',
};

/** A chunk, deflated where that makes it smaller. */
function pack(kind: ChunkKind, raw: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    zlib.deflateRaw(raw, { level: 1 }, (error, packed) => {
      const stored = error !== null || packed.length >= raw.length;
      resolve(
        stored
          ? chunk(kind, Codec.Stored, raw.length, raw)
          : chunk(kind, Codec.DeflateRaw, raw.length, packed),
      );
    });
  });
}

function writeSome(descriptor: number, bytes: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(descriptor, bytes, from, bytes.length - from, null, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  });
}

const emptyTables = (): RecordingTables => ({ types: [], labels: [], frames: [], stacks: [] });

const differences = (values: readonly number[]): number[] =>
  values.map((value, index) => (index === 0 ? value : value - values[index - 1]!));
