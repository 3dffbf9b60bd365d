import { crc32 } from './crc32.ts';

/**
 * The frame of a `.looplens` file: what comes before the content of each chunk. All numbers little-endian.
 *
 * ```
 *   file   = 'LOOPLENS' | version u32 | crc of the 12 bytes before u32 | chunk...
 *   chunk  = 'LLck' | kind u8 | codec u8 | 0 u16 | length u32 | rawLength u32 | crc of payload u32
 *          | crc of the 20 bytes before u32 | payload
 * ```
 * A chunk needs no other chunk to be decoded, so that a damaged one costs only itself.
 */
export const FORMAT_VERSION = 1;

/** What a chunk holds. A reader skips kinds that it does not know: new ones need no new version. */
export const ChunkKind = {
  /** JSON: the recording's header. The first chunk. */
  Header: 1,
  /** JSON: additions to the tables, each with the index where it begins. */
  Tables: 2,
  /** Events of one thread, in columns. */
  Events: 3,
  /** JSON: a stall stack. */
  Stall: 4,
  /** JSON: a rejection. */
  Rejection: 5,
  /** JSON: a CPU profile, times as differences. */
  Profile: 6,
  /** JSON: the trailer. The last chunk; a file without it was cut off. */
  Trailer: 7,
  /** JSON: a note. */
  Note: 8,
} as const;
export type ChunkKind = (typeof ChunkKind)[keyof typeof ChunkKind];

/** How a payload is packed. */
export const Codec = { Stored: 0, DeflateRaw: 1 } as const;
export type Codec = (typeof Codec)[keyof typeof Codec];

export const FILE_HEADER_BYTES = 16;
export const CHUNK_HEADER_BYTES = 24;

/** Limits that hold for every file: a hostile one cannot make a reader take more memory than they say. */
export const LIMITS = {
  /** Events in a chunk. */
  chunkEvents: 0x10000,
  /** Bytes of a chunk, unpacked; a packed one is never longer. */
  chunkBytes: 64 << 20,
  /** Bytes of all JSON chunks together, unpacked. */
  metadataBytes: 256 << 20,
  /** Entries of one table. */
  tableEntries: 4 << 20,
  /** Frames of one stack. */
  stackFrames: 1024,
} as const;

/** The parsed frame of a chunk. */
export interface ChunkHeader {
  kind: number;
  codec: number;
  /** Bytes of the payload in the file. */
  length: number;
  /** Bytes of the payload, unpacked. */
  rawLength: number;
  payloadCrc: number;
}

/** The 16 bytes at the start of a file. */
export function fileHeader(): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

/** Version of a file that begins with these bytes; `foreign` when they are no recording, `damaged` when they were one. */
export function fileVersion(bytes: Buffer): number | 'foreign' | 'damaged' {
  if (bytes.toString('latin1', 0, 8) !== MAGIC) return 'foreign';
  if (bytes.length < FILE_HEADER_BYTES) return 'damaged';
  if (bytes.readUInt32LE(12) !== crc32(bytes.subarray(0, 12))) return 'damaged';
  return bytes.readUInt32LE(8);
}

/** A whole chunk, ready to be written. */
export function chunk(kind: ChunkKind, codec: Codec, rawLength: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER_BYTES + payload.length);
  bytes.set(CHUNK_MARK, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt8(codec, 5);
  bytes.writeUInt32LE(payload.length, 8);
  bytes.writeUInt32LE(rawLength, 12);
  bytes.writeUInt32LE(crc32(payload), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
  bytes.set(payload, CHUNK_HEADER_BYTES);
  return bytes;
}

/** Reads the frame of a chunk at `at`; undefined where no intact one begins. */
export function chunkHeader(bytes: Buffer, at: number): ChunkHeader | undefined {
  if (at + CHUNK_HEADER_BYTES > bytes.length) return undefined;
  if (bytes.compare(CHUNK_MARK, 0, 4, at, at + 4) !== 0) return undefined;
  if (bytes.readUInt32LE(at + 20) !== crc32(bytes.subarray(at, at + 20))) return undefined;
  const header = {
    kind: bytes.readUInt8(at + 4),
    codec: bytes.readUInt8(at + 5),
    length: bytes.readUInt32LE(at + 8),
    rawLength: bytes.readUInt32LE(at + 12),
    payloadCrc: bytes.readUInt32LE(at + 16),
  };
  if (header.rawLength > LIMITS.chunkBytes || header.length > header.rawLength) return undefined;
  return header;
}

/** Where the next chunk may begin, at or after `from`; -1 where none does. */
export function findChunkMark(bytes: Buffer, from: number): number {
  return bytes.indexOf(CHUNK_MARK, from);
}

const MAGIC = 'LOOPLENS';
const CHUNK_MARK = Buffer.from('LLck', 'latin1');
