import fs from 'node:fs';
import zlib from 'node:zlib';
import { UserError } from '../base/user-error.ts';
import { EVENT_WORDS } from '../model/event.ts';
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
  return new FileWriter(file, descriptor, header);
}

/** How long events may wait for company before they are written, ms. */
const FLUSH_MS = 200;
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
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  tables(added: Partial<RecordingTables>): void {
    this.#refuseAfterEnd();
    const sizes = this.#tableSizes;
    const chunkOf = <T>(
      name: keyof typeof sizes,
      items: T[] | undefined,
    ): { start: number; items: T[] } | undefined => {
      if (!items || items.length === 0) return undefined;
      const start = sizes[name];
      sizes[name] += items.length;
      return { start, items };
    };
    this.#json(ChunkKind.Tables, {
      types: chunkOf('types', added.types),
      labels: chunkOf('labels', added.labels),
      frames: chunkOf('frames', added.frames),
      stacks: chunkOf(
        'stacks',
        added.stacks?.map((stack) => stack.slice(0, LIMITS.stackFrames)),
      ),
    });
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

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    for (const [thread, pending] of this.#pending) this.#flushThread(thread, pending);
  }

  #flushThread(thread: string, pending: Pending): void {
    if (pending.used === 0) return;
    const name = Buffer.from(thread.slice(0, MAX_THREAD_NAME));
    const columns = encodeEvents(pending.words.subarray(0, pending.used));
    pending.used = 0;
    this.#append(ChunkKind.Events, Buffer.concat([Buffer.of(name.length), name, columns]));
  }

  #json(kind: ChunkKind, value: unknown): void {
    this.#refuseAfterEnd();
    const bytes = Buffer.from(JSON.stringify(value));
    const tooLarge =
      bytes.length > LIMITS.chunkBytes || this.#metadataBytes + bytes.length > LIMITS.metadataBytes;
    if (tooLarge && kind !== ChunkKind.Trailer) {
      const message = `${KIND_NAMES[kind] ?? 'Data'} of ${(bytes.length / 2 ** 20).toFixed(0)} MB did not fit into the recording.`;
      this.#problems.push({ code: 'recording-full', message });
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

const differences = (values: readonly number[]): number[] =>
  values.map((value, index) => (index === 0 ? value : value - values[index - 1]!));
