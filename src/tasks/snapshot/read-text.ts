/** What {@link SnapshotText} hands on, in the order of the text. */
export interface SnapshotEvents {
  /** Text of the object `snapshot`: fields and counts. */
  header(text: string): void;
  /** One string of the section `strings`, in order; cut at 1024 characters, as V8 itself does. */
  string(text: string): void;
  /** A section begins: of numbers, who takes them; undefined when nobody needs them. */
  section(name: string): RecordTaker | undefined;
}

/** Takes the numbers of a section, a few thousand records at a time: calling it for each would take most of the time. */
export interface RecordTaker {
  /** Numbers in a record. */
  stride: number;
  /** `records` holds whole records, `length` numbers; it is used again afterwards. */
  take(records: Uint32Array, length: number): void;
}

/**
 * Reads a heap snapshot's JSON text as it comes, in parts of any size, and hands on what it holds without ever having
 * the whole: V8 writes `{"snapshot":{...},"nodes":[...],"edges":[...],...,"locations":[...],"strings":[...]}`.
 * Throws on text that cannot be a snapshot.
 */
export class SnapshotText {
  readonly #events: SnapshotEvents;
  #state: State = State.Start;
  /** Text of the key, header or string under way. */
  #text = '';
  #depth = 0;
  #quoted = false;
  #number = -1;
  #taker: RecordTaker | undefined;
  #records = new Uint32Array(0);
  #filled = 0;
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(0);

  constructor(events: SnapshotEvents) {
    this.#events = events;
  }

  /** Whether the outer object was closed. */
  get complete(): boolean {
    return this.#state === State.End;
  }

  write(chunk: string): void {
    for (let at = 0; at < chunk.length;) {
      switch (this.#state) {
        case State.Start:
          at = this.#start(chunk, at);
          break;
        case State.Key:
          at = this.#key(chunk, at);
          break;
        case State.Value:
          at = this.#value(chunk, at);
          break;
        case State.Header:
          at = this.#header(chunk, at);
          break;
        case State.Array:
          at = this.#array(chunk, at);
          break;
        case State.Numbers:
          at = this.#numbers(chunk, at);
          break;
        case State.Strings:
          at = this.#strings(chunk, at);
          break;
        case State.End:
          return;
      }
    }
  }

  /** Between the members of the outer object. */
  #start(chunk: string, at: number): number {
    const code = chunk.charCodeAt(at);
    if (code === QUOTE) {
      this.#text = '';
      this.#state = State.Key;
    } else if (code === CLOSE_OBJECT) this.#state = State.End;
    else if (code !== OPEN_OBJECT && code !== COMMA && code > SPACE) throw damaged();
    return at + 1;
  }

  #key(chunk: string, at: number): number {
    const end = chunk.indexOf('"', at);
    this.#text += chunk.slice(at, end < 0 ? undefined : end);
    if (this.#text.length > MAX_KEY) throw damaged();
    if (end < 0) return chunk.length;
    this.#state = State.Value;
    return end + 1;
  }

  /** Between a key and its value. */
  #value(chunk: string, at: number): number {
    const code = chunk.charCodeAt(at);
    if (code === OPEN_OBJECT && this.#text === 'snapshot') {
      this.#state = State.Header;
      this.#text = '';
      this.#depth = 0;
      return at;
    }
    if (code === OPEN_ARRAY) {
      this.#taker = this.#events.section(this.#text);
      this.#records = new Uint32Array(RECORDS * (this.#taker?.stride ?? 1));
      this.#filled = 0;
      this.#state = this.#text === 'strings' ? State.Array : State.Numbers;
    } else if (code !== COLON && code > SPACE) throw damaged();
    return at + 1;
  }

  #header(chunk: string, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (code === QUOTE) this.#quoted = !this.#quoted;
      if (this.#quoted) continue;
      if (code === OPEN_OBJECT) this.#depth++;
      else if (code === CLOSE_OBJECT && --this.#depth === 0) {
        this.#events.header(this.#text + chunk.slice(from, at + 1));
        this.#text = '';
        this.#state = State.Start;
        return at + 1;
      }
    }
    this.#text += chunk.slice(from);
    if (this.#text.length > MAX_HEADER) throw damaged();
    return chunk.length;
  }

  /** Numbers, also those of nested arrays (`trace_tree`). */
  #numbers(chunk: string, from: number): number {
    // Bytes are read several times as fast as characters, and numbers have no others.
    const rest = from === 0 ? chunk : chunk.slice(from);
    if (this.#bytes.length < rest.length) this.#bytes = new Uint8Array(rest.length);
    const bytes = this.#bytes;
    const { written } = this.#encoder.encodeInto(rest, bytes);
    const records = this.#records;
    let filled = this.#filled;
    let number = this.#number;
    for (let at = 0; at < written; at++) {
      let code = bytes[at]!;
      if (code >= ZERO && code <= NINE) {
        number = number < 0 ? code - ZERO : number * 10 + code - ZERO;
        // Nearly all is digits: the shortest loop that reads them.
        while (++at < written && (code = bytes[at]!) >= ZERO && code <= NINE)
          number = number * 10 + code - ZERO;
        if (at >= written) break;
      }
      if (number >= 0) {
        records[filled++] = number;
        number = -1;
        if (filled === records.length) {
          this.#taker?.take(records, filled);
          filled = 0;
        }
      }
      if (code === COMMA) continue;
      if (code === OPEN_ARRAY) this.#depth++;
      else if (code === CLOSE_ARRAY && this.#depth-- === 0) {
        // What is less than a record belongs to none.
        this.#taker?.take(records, filled - (filled % this.#taker.stride));
        this.#depth = 0;
        this.#number = -1;
        this.#state = State.Start;
        return from + at + 1;
      } else if (code > SPACE && code !== CLOSE_ARRAY) throw damaged();
    }
    this.#filled = filled;
    this.#number = number;
    return chunk.length;
  }

  /** Between the strings of an array. */
  #array(chunk: string, at: number): number {
    const code = chunk.charCodeAt(at);
    if (code === QUOTE) {
      this.#text = '';
      this.#state = State.Strings;
    } else if (code === CLOSE_ARRAY) this.#state = State.Start;
    else if (code !== COMMA && code > SPACE) throw damaged();
    return at + 1;
  }

  /** Within a string, whose raw text is kept until its end. */
  #strings(chunk: string, from: number): number {
    let end = from;
    for (; ; end++) {
      end = chunk.indexOf('"', end);
      if (end < 0) {
        this.#text += chunk.slice(from);
        if (this.#text.length > MAX_RAW) throw damaged();
        return chunk.length;
      }
      if (!this.#escaped(chunk, from, end)) break;
    }
    this.#text += chunk.slice(from, end);
    this.#events.string(unescape(this.#text));
    this.#text = '';
    this.#state = State.Array;
    return end + 1;
  }

  /** Whether an odd number of backslashes stands before `at`. */
  #escaped(chunk: string, from: number, at: number): boolean {
    let slashes = 0;
    let before = at - 1;
    for (; before >= from && chunk.charCodeAt(before) === BACKSLASH; before--) slashes++;
    if (before < from) {
      const earlier = this.#text;
      for (let k = earlier.length - 1; k >= 0 && earlier.charCodeAt(k) === BACKSLASH; k--) slashes++;
    }
    return slashes % 2 === 1;
  }
}

const State = { Start: 0, Key: 1, Value: 2, Header: 3, Array: 4, Numbers: 5, Strings: 6, End: 7 } as const;
type State = (typeof State)[keyof typeof State];

const [QUOTE, COMMA, COLON, BACKSLASH, SPACE] = [0x22, 0x2c, 0x3a, 0x5c, 0x20];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const [ZERO, NINE] = [0x30, 0x39];

/** Records that are handed on at a time. */
const RECORDS = 2048;
const MAX_KEY = 256;
const MAX_HEADER = 1 << 20;
const MAX_STRING = 1024;
/** Longer than any string of 1024 characters when each is written as an escape; longer ones are no snapshot's. */
const MAX_RAW = 1 << 20;

function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(0, MAX_STRING);
  try {
    return (JSON.parse(`"${raw}"`) as string).slice(0, MAX_STRING);
  } catch {
    // A half surrogate or a raw control character: shown as it is.
    return raw.slice(0, MAX_STRING);
  }
}

const damaged = (): Error => new Error('This is not the text of a heap snapshot.');
