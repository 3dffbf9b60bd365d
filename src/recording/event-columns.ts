import { EVENT_WORDS, Op } from '../model/event.ts';
import { LIMITS } from './format.ts';

/**
 * Events as they are kept: one column per word, each word as the difference to what its kind of event makes likely,
 * as a varint. Deflate then finds long runs of equal bytes, and a chunk needs none of the chunks before it.
 *
 * ```
 *   count u32 | length of the four columns u32 x 4 | column of word 0 | id | a | b
 * ```
 * Every sequence of 32-bit words survives the round trip, also those that no agent would write.
 *
 * @param words {@link EVENT_WORDS} for each event, at most `LIMITS.chunkEvents` events
 */
export function encodeEvents(words: Int32Array): Uint8Array {
  const count = words.length / EVENT_WORDS;
  const room = count * MAX_VARINT;
  const out = new Uint8Array(HEAD_BYTES + room * EVENT_WORDS);
  const column = out.subarray.bind(out);
  const ops = column(HEAD_BYTES, HEAD_BYTES + room);
  const ids = column(HEAD_BYTES + room, HEAD_BYTES + 2 * room);
  const as = column(HEAD_BYTES + 2 * room, HEAD_BYTES + 3 * room);
  const bs = column(HEAD_BYTES + 3 * room, HEAD_BYTES + 4 * room);
  let opEnd = 0;
  let idEnd = 0;
  let aEnd = 0;
  let bEnd = 0;
  const guess = new Guess();
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    const head = words[at]!;
    const id = words[at + 1]!;
    const a = words[at + 2]!;
    const b = words[at + 3]!;
    opEnd = putVarint(ops, opEnd, head);
    const op = head & 0xff;
    idEnd = putVarint(ids, idEnd, zigzag(id - guess.id(op)));
    aEnd = putVarint(as, aEnd, zigzag(a - guess.a(op, id)));
    bEnd = putVarint(bs, bEnd, zigzag(b - guess.b(op)));
    guess.learn(op, id, a, b);
  }
  const view = new DataView(out.buffer);
  view.setUint32(0, count, true);
  const ends = [opEnd, idEnd, aEnd, bEnd];
  let end = HEAD_BYTES;
  for (const [index, length] of ends.entries()) {
    view.setUint32(4 + 4 * index, length, true);
    const from = HEAD_BYTES + room * index;
    out.copyWithin(end, from, from + length);
    end += length;
  }
  return out.subarray(0, end);
}

/** Undoes {@link encodeEvents}; undefined when the bytes are not what it makes. */
export function decodeEvents(bytes: Uint8Array): Int32Array | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint32(0, true);
  if (count > LIMITS.chunkEvents) return undefined;
  const columns: VarintColumn[] = [];
  let from = HEAD_BYTES;
  for (let index = 0; index < EVENT_WORDS; index++) {
    const to = from + view.getUint32(4 + 4 * index, true);
    // A varint has at least one byte: a count that the bytes cannot hold is refused before anything is allocated.
    if (to > bytes.length || to - from < count) return undefined;
    columns.push(new VarintColumn(bytes, from, to));
    from = to;
  }
  const [ops, ids, as, bs] = columns as [VarintColumn, VarintColumn, VarintColumn, VarintColumn];
  const words = new Int32Array(count * EVENT_WORDS);
  const guess = new Guess();
  for (let at = 0; at < words.length; at += EVENT_WORDS) {
    const head = ops.next() | 0;
    const op = head & 0xff;
    const id = (guess.id(op) + unzigzag(ids.next())) | 0;
    const a = (guess.a(op, id) + unzigzag(as.next())) | 0;
    const b = (guess.b(op) + unzigzag(bs.next())) | 0;
    words[at] = head;
    words[at + 1] = id;
    words[at + 2] = a;
    words[at + 3] = b;
    guess.learn(op, id, a, b);
  }
  return columns.every((column) => column.atEnd) ? words : undefined;
}

const MAX_VARINT = 5;
const HEAD_BYTES = 4 + 4 * EVENT_WORDS;

/**
 * What the next event's words are likely to be near. Part of the format: a change needs a new version.
 *
 * Times follow the last time, whichever event had it. What happens during an execution names it or something
 * created shortly before. Everything else resembles the last event of its kind.
 */
class Guess {
  #time = 0;
  #running = 0;
  readonly #ids = new Int32Array(256);
  readonly #as = new Int32Array(256);
  readonly #bs = new Int32Array(256);

  id(op: number): number {
    return op === Op.After || op === Op.Settled ? this.#running : this.#ids[op]!;
  }

  a(op: number, id: number): number {
    if (op === Op.Init) return id;
    return TIMED[op] ? this.#time : this.#as[op]!;
  }

  b(op: number): number {
    return op === Op.Init || op === Op.Settled ? this.#running : this.#bs[op]!;
  }

  learn(op: number, id: number, a: number, b: number): void {
    if (TIMED[op]) this.#time = a;
    if (op === Op.Before) this.#running = id;
    this.#ids[op] = id;
    this.#as[op] = a;
    this.#bs[op] = b;
  }
}

/** Kinds of events whose word `a` is the time at which they happened. */
const TIMED = new Uint8Array(256);
for (const op of [
  Op.Before,
  Op.After,
  Op.Settled,
  Op.Heartbeat,
  Op.RequestStart,
  Op.RequestEnd,
  Op.WaitSample,
  Op.OperationStart,
  Op.OperationEnd,
  Op.MessageSent,
  Op.MessageReceived,
]) {
  TIMED[op] = 1;
}

const zigzag = (value: number): number => {
  const word = value | 0;
  return (word << 1) ^ (word >> 31);
};

const unzigzag = (value: number): number => (value >>> 1) ^ -(value & 1);

/** Writes `value` as an unsigned 32-bit varint; returns the index after it. */
function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes[at++] = rest | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Reads varints from a part of `bytes`; past its end it gives zeros and is never `atEnd` again. */
class VarintColumn {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, from: number, end: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = end;
  }

  get atEnd(): boolean {
    return this.#at === this.#end;
  }

  next(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#at < this.#end ? this.#bytes[this.#at]! : 0;
      this.#at++;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value >>> 0;
  }
}
