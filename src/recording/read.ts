import fs from 'node:fs';
import { UserError } from '../base/user-error.ts';
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
import { chunksOf, isIntact, readChunk } from './chunks.ts';
import type { ChunkPlace } from './chunks.ts';
import type { RecordingReader } from './contract.ts';
import { decodeEvents } from './event-columns.ts';
import { ChunkKind, FILE_HEADER_BYTES, fileVersion, FORMAT_VERSION, LIMITS } from './format.ts';
import { fileErrorReason } from './file-errors.ts';
import { noteOf } from './note-shapes.ts';
import { headerOf, profileOf, rejectionOf, stallOf, tableAdditionsOf, trailerOf } from './shapes.ts';
import { boundEvents, boundNote, boundProfile, boundStack, TableBuilder } from './tables.ts';

/**
 * Opens a recording. Everything but the events is read at once; those are unpacked chunk by chunk each time they are
 * walked, and the file is open only during a walk.
 *
 * Whatever is intact is given; `problems` says what is not. No index in the answer points outside its table.
 *
 * @throws UserError `usage` when the file cannot be opened; `damaged` when it is no recording, one of a newer format,
 *   or one without an intact beginning
 */
export function openRecording(file: string): RecordingReader {
  return withFile(file, (descriptor) => {
    checkVersion(file, descriptor);
    return new FileReader(file, readContents(descriptor));
  });
}

/** What a file holds; the events still packed. */
interface Contents {
  header: RecordingHeader | undefined;
  trailer: RecordingTrailer | undefined;
  tables: RecordingTables;
  stalls: StallStack[];
  rejections: Rejection[];
  profiles: CpuProfile[];
  notes: Note[];
  eventChunks: ChunkPlace[];
  problems: Problem[];
}

class FileReader implements RecordingReader {
  readonly header: RecordingHeader;
  readonly trailer: RecordingTrailer | undefined;
  readonly tables: RecordingTables;
  readonly stalls: readonly StallStack[];
  readonly rejections: readonly Rejection[];
  readonly profiles: readonly CpuProfile[];
  readonly notes: readonly Note[];
  readonly problems: Problem[];
  readonly #file: string;
  #eventChunks: ChunkPlace[];

  constructor(file: string, contents: Contents) {
    if (!contents.header) throw damaged(file, 'is damaged at its beginning');
    this.header = contents.header;
    this.trailer = contents.trailer;
    this.tables = contents.tables;
    this.stalls = contents.stalls;
    this.rejections = contents.rejections;
    this.profiles = contents.profiles;
    this.notes = contents.notes;
    this.problems = contents.problems;
    this.#file = file;
    this.#eventChunks = contents.eventChunks;
  }

  *events(): Generator<EventBatch> {
    const descriptor = openForReading(this.#file);
    try {
      for (const place of this.#eventChunks) {
        const batch = eventsOf(readChunk(descriptor, place));
        if (!batch) {
          // It was intact when the file was opened, so it is not what a writer makes, or the file has changed since.
          this.problems.push(lost(place));
          this.#eventChunks = this.#eventChunks.filter((other) => other !== place);
          continue;
        }
        boundEvents(batch.words, this.tables);
        yield batch;
      }
    } finally {
      fs.closeSync(descriptor);
    }
  }
}

function readContents(descriptor: number): Contents {
  const builder = new TableBuilder();
  const contents: Contents = {
    header: undefined,
    trailer: undefined,
    tables: builder.tables,
    stalls: [],
    rejections: [],
    profiles: [],
    notes: [],
    eventChunks: [],
    problems: [],
  };
  let metadataBytes = 0;
  for (const found of chunksOf(descriptor, FILE_HEADER_BYTES)) {
    if ('problem' in found) {
      contents.problems.push(found.problem);
    } else if (found.kind === ChunkKind.Events) {
      if (isIntact(descriptor, found)) contents.eventChunks.push(found);
      else contents.problems.push(lost(found));
    } else {
      metadataBytes += found.rawLength;
      const json = metadataBytes <= LIMITS.metadataBytes ? jsonOf(readChunk(descriptor, found)) : undefined;
      if (!take(contents, builder, found.kind, json)) contents.problems.push(lost(found));
    }
  }
  if (!contents.trailer && !contents.problems.some(({ code }) => code === 'file-truncated')) {
    contents.problems.push({ code: 'file-truncated', message: 'The recording was cut off: it has no end.' });
  }
  bound(contents, builder);
  return contents;
}

/** Adds what a chunk says to `contents`; false when it does not say what its kind promises. */
function take(contents: Contents, builder: TableBuilder, kind: number, json: unknown): boolean {
  const push = <T>(items: T[], item: T | undefined): boolean => item !== undefined && items.push(item) > 0;
  switch (kind) {
    case ChunkKind.Header:
      contents.header ??= headerOf(json);
      return contents.header !== undefined;
    case ChunkKind.Trailer:
      contents.trailer = trailerOf(json);
      return contents.trailer !== undefined;
    case ChunkKind.Tables: {
      const additions = tableAdditionsOf(json);
      return additions !== undefined && builder.add(additions);
    }
    case ChunkKind.Stall:
      return push(contents.stalls, stallOf(json));
    case ChunkKind.Rejection:
      return push(contents.rejections, rejectionOf(json));
    case ChunkKind.Profile:
      return push(contents.profiles, profileOf(json));
    case ChunkKind.Note: {
      const note = noteOf(json);
      if (note && note !== 'unknown') contents.notes.push(note);
      return note !== undefined;
    }
    default:
      return true;
  }
}

/** Makes sure that no index points outside its table. */
function bound(contents: Contents, builder: TableBuilder): void {
  const tables = builder.finish();
  for (const item of [...contents.stalls, ...contents.rejections])
    item.stack = boundStack(item.stack, tables);
  for (const profile of contents.profiles) boundProfile(profile, tables);
  for (const note of contents.notes) boundNote(note, tables);
}

/** Events of a chunk: `length of the thread's name u8 | name | columns`. */
function eventsOf(raw: Buffer | undefined): EventBatch | undefined {
  if (!raw || raw.length === 0) return undefined;
  const nameEnd = 1 + raw[0]!;
  const words = decodeEvents(raw.subarray(nameEnd));
  return words && { thread: raw.toString('utf8', 1, nameEnd), words };
}

function jsonOf(raw: Buffer | undefined): unknown {
  try {
    return raw && JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

function checkVersion(file: string, descriptor: number): void {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  const version = fileVersion(bytes.subarray(0, fs.readSync(descriptor, bytes, 0, FILE_HEADER_BYTES, 0)));
  if (version === 'foreign') throw damaged(file, 'is no LoopLens recording');
  if (version === 'damaged' || version === 0) throw damaged(file, 'is damaged at its beginning');
  if (version > FORMAT_VERSION) {
    throw new UserError(
      'damaged',
      `The recording ${file} has format ${version}, and this LoopLens reads formats up to ${FORMAT_VERSION}.`,
      'Update LoopLens and try again.',
    );
  }
}

function withFile<T>(file: string, use: (descriptor: number) => T): T {
  const descriptor = openForReading(file);
  try {
    return use(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function openForReading(file: string): number {
  try {
    // A folder can be opened on some systems, and only reading from it fails.
    if (!fs.statSync(file).isFile()) throw new Error('it is not a plain file');
    return fs.openSync(file, 'r');
  } catch (error) {
    throw new UserError(
      'usage',
      `The recording ${file} cannot be opened: ${fileErrorReason(error)}.`,
      'Check the path.',
      { cause: error },
    );
  }
}

const damaged = (file: string, how: string): UserError =>
  new UserError('damaged', `The file ${file} ${how}.`, 'Record again, or open another file.');

const KIND_NAMES: Record<number, string> = {
  [ChunkKind.Events]: 'events',
  [ChunkKind.Tables]: 'stacks',
  [ChunkKind.Profile]: 'CPU profile',
  [ChunkKind.Trailer]: 'summary',
};

const lost = (place: ChunkPlace): Problem => ({
  code: 'chunk-damaged',
  message: `${place.length} bytes of the recording (${KIND_NAMES[place.kind] ?? 'details'}) are damaged and were skipped.`,
});
