/** How much a string of a snapshot is needed. */
export type Need = 'always' | 'if-short';

/**
 * The strings of a snapshot that are worth keeping, as bytes in one block: millions of them cost no more than their
 * text. Those that were not kept are ''.
 */
export class StringTable {
  /** 0: not needed, 1: if short, 2: always. */
  readonly #needs: Uint8Array;
  /** Where a kept string begins, by index; 0 = not kept. */
  readonly #starts: Uint32Array;
  #bytes = new Uint8Array(1 << 16);
  /** Byte 0 is nobody's, so that a start is never 0. */
  #end = 1;
  #next = 0;
  /** Bytes left for strings that are kept only if short. */
  #room = 0;
  /** Text of the last ones asked for: the same few are asked for again and again. */
  readonly #read = new Map<number, string>();
  /** Index by text, of those that were asked for by text. */
  readonly #found = new Map<string, number>();
  #chains: { heads: Uint32Array; next: Uint32Array } | undefined;

  constructor(count: number) {
    this.#needs = new Uint8Array(count);
    this.#starts = new Uint32Array(count);
  }

  /** Says, before the strings come, which are needed. */
  need(index: number, need: Need): void {
    if (need === 'always') this.#needs[index] = 2;
    else this.#needs[index] ||= 1;
  }

  /** Sets the room for strings that are not needed always, by the size of the tables. */
  limit(nodes: number, edges: number): void {
    this.#room = Math.max(MIN_ROOM, nodes * 4 + edges);
  }

  /** Takes the next string. */
  add(text: string): void {
    const index = this.#next++;
    const need = this.#needs[index] ?? 0;
    if (need === 0 || (need === 1 && (text.length > SHORT || text.length * 3 > this.#room))) return;
    // At most three bytes for each UTF-16 code unit, two for the length.
    const most = text.length * 3 + 2;
    if (this.#end + most > this.#bytes.length) this.#grow(most);
    const { written } = ENCODER.encodeInto(text, this.#bytes.subarray(this.#end + 2));
    this.#bytes[this.#end] = written & 0xff;
    this.#bytes[this.#end + 1] = written >> 8;
    this.#starts[index] = this.#end;
    this.#end += written + 2;
    if (need === 1) this.#room -= written;
  }

  /** The text of a string; '' when it was not kept. */
  text(index: number): string {
    const start = this.#starts[index] ?? 0;
    if (start === 0) return '';
    const known = this.#read.get(index);
    if (known !== undefined) return known;
    const length = this.#bytes[start]! | (this.#bytes[start + 1]! << 8);
    const text = DECODER.decode(this.#bytes.subarray(start + 2, start + 2 + length));
    if (this.#read.size >= MAX_READ) this.#read.clear();
    this.#read.set(index, text);
    return text;
  }

  /** Index of a text; -1 where the snapshot does not have it. The first call goes through all texts once. */
  find(text: string): number {
    const known = this.#found.get(text);
    if (known !== undefined) return known;
    const wanted = ENCODER.encode(text);
    const { heads, next } = (this.#chains ??= this.#chain());
    let index = heads[chainOf(wanted, 0, wanted.length)]! - 1;
    while (index >= 0 && !this.#equals(this.#starts[index]!, wanted)) index = next[index]! - 1;
    this.#found.set(text, index);
    return index;
  }

  /** Kept texts in chains of those that look alike, each index one too large; 0 ends a chain. */
  #chain(): { heads: Uint32Array; next: Uint32Array } {
    const starts = this.#starts;
    const bytes = this.#bytes;
    const heads = new Uint32Array(CHAINS);
    const next = new Uint32Array(starts.length);
    for (let index = starts.length - 1; index >= 0; index--) {
      const start = starts[index]!;
      if (start === 0) continue;
      const chain = chainOf(bytes, start + 2, bytes[start]! | (bytes[start + 1]! << 8));
      next[index] = heads[chain]!;
      heads[chain] = index + 1;
    }
    return { heads, next };
  }

  /** Bytes that the table takes. */
  get size(): number {
    return this.#needs.length + this.#starts.byteLength + this.#bytes.length;
  }

  #equals(start: number, wanted: Uint8Array): boolean {
    const bytes = this.#bytes;
    if ((bytes[start]! | (bytes[start + 1]! << 8)) !== wanted.length) return false;
    for (let k = 0; k < wanted.length; k++) if (bytes[start + 2 + k] !== wanted[k]) return false;
    return true;
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(Math.ceil(this.#bytes.length * 1.5), this.#end + more));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}

/** Number of the chain of a text: by its length and a few of its bytes, which is enough to tell names apart. */
function chainOf(bytes: Uint8Array, start: number, length: number): number {
  const at = (k: number): number => (k < length ? bytes[start + k]! : 0);
  let hash = length;
  hash = (Math.imul(hash, 31) + at(0)) | 0;
  hash = (Math.imul(hash, 31) + at(1)) | 0;
  hash = (Math.imul(hash, 31) + at(length >> 1)) | 0;
  hash = (Math.imul(hash, 31) + at(length - 1)) | 0;
  return hash & (CHAINS - 1);
}

/** A power of two. */
const CHAINS = 1 << 14;
const SHORT = 160;
const MIN_ROOM = 4 << 20;
const MAX_READ = 50_000;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
