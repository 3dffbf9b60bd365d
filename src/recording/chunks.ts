import fs from 'node:fs';
import zlib from 'node:zlib';
import type { Problem } from '../model/problem.ts';
import { crc32 } from './crc32.ts';
import { CHUNK_HEADER_BYTES, chunkHeader, Codec, findChunkMark } from './format.ts';
import type { ChunkHeader } from './format.ts';

/** Where the payload of an intact chunk header lies. */
export interface ChunkPlace extends ChunkHeader {
  /** Offset of the payload in the file. */
  at: number;
}

/**
 * Walks the chunks of an open file from offset `from` on. Where no intact chunk header stands, it goes on at the next
 * one and says so in a problem; the payloads are not looked at.
 */
export function* chunksOf(descriptor: number, from: number): Generator<ChunkPlace | { problem: Problem }> {
  const size = fs.fstatSync(descriptor).size;
  const head = Buffer.alloc(CHUNK_HEADER_BYTES);
  for (let at = from; at < size;) {
    const header = readFully(descriptor, head, at) ? chunkHeader(head, 0) : undefined;
    if (header) {
      const payload = at + CHUNK_HEADER_BYTES;
      if (payload + header.length > size) {
        yield cutOff(size - at);
        return;
      }
      yield { ...header, at: payload };
      at = payload + header.length;
      continue;
    }
    const next = findChunk(descriptor, at + 1, size);
    if (next === undefined) {
      yield cutOff(size - at);
      return;
    }
    yield {
      problem: {
        code: 'chunk-damaged',
        message: `${next - at} bytes of the recording are damaged and were skipped.`,
      },
    };
    at = next;
  }
}

/** The payload as it was before it was packed; undefined when it is not what was written. */
export function readChunk(descriptor: number, place: ChunkPlace): Buffer | undefined {
  const payload = Buffer.allocUnsafe(place.length);
  if (!readFully(descriptor, payload, place.at) || crc32(payload) !== place.payloadCrc) return undefined;
  const raw =
    place.codec === Codec.Stored
      ? payload
      : place.codec === Codec.DeflateRaw
        ? inflate(payload, place)
        : undefined;
  return raw?.length === place.rawLength ? raw : undefined;
}

/** True when the payload in the file is the one that was written. */
export function isIntact(descriptor: number, place: ChunkPlace): boolean {
  const payload = Buffer.allocUnsafe(place.length);
  return readFully(descriptor, payload, place.at) && crc32(payload) === place.payloadCrc;
}

const WINDOW_BYTES = 1 << 20;
/** The smallest piece that zlib accepts. */
const MIN_PIECE = 64;

/** Offset of the next intact chunk header at or after `from`. */
function findChunk(descriptor: number, from: number, size: number): number | undefined {
  const window = Buffer.alloc(WINDOW_BYTES);
  // Windows overlap by a header, so that none is missed at an edge.
  for (let start = from; start < size; start += WINDOW_BYTES - CHUNK_HEADER_BYTES) {
    const bytes = window.subarray(0, fs.readSync(descriptor, window, 0, WINDOW_BYTES, start));
    for (let mark = findChunkMark(bytes, 0); mark >= 0; mark = findChunkMark(bytes, mark + 1)) {
      if (chunkHeader(bytes, mark)) return start + mark;
    }
  }
  return undefined;
}

function inflate(payload: Buffer, place: ChunkPlace): Buffer | undefined {
  try {
    // One piece, so that it need not be put together from many.
    const size = Math.max(place.rawLength, MIN_PIECE);
    return zlib.inflateRawSync(payload, { maxOutputLength: size, chunkSize: size });
  } catch {
    return undefined;
  }
}

/** Fills `into` from the file at `at`; false when the file ends before that. */
function readFully(descriptor: number, into: Buffer, at: number): boolean {
  for (let done = 0; done < into.length;) {
    const got = fs.readSync(descriptor, into, done, into.length - done, at + done);
    if (got === 0) return false;
    done += got;
  }
  return true;
}

const cutOff = (bytes: number): { problem: Problem } => ({
  problem: {
    code: 'file-truncated',
    message: `The recording was cut off: its last ${bytes} bytes cannot be read.`,
  },
});
