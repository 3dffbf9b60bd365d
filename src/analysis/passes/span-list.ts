import { firstWhere } from '../statistics.ts';

/** Spans kept; beyond that the rest of the recording is not told apart by request. */
const MAX_SPANS = 6_000_000;

/** Neighbouring spans of the same request closer than this are one. */
const MERGE_US = 50;

/** Time on the loop, in order and without overlap, each span with the request it was spent for (0 = none). */
export class SpanList {
  #starts = new Float64Array(1024);
  #ends = new Float64Array(1024);
  #requests = new Int32Array(1024);
  #length = 0;
  #barrier = true;

  get length(): number {
    return this.#length;
  }

  add(startUs: number, endUs: number, request: number): void {
    const last = this.#length - 1;
    if (!this.#barrier && this.#requests[last] === request && startUs - this.#ends[last]! <= MERGE_US) {
      this.#ends[last] = endUs;
      return;
    }
    if (this.#length >= MAX_SPANS) return;
    if (this.#length === this.#starts.length) this.#grow();
    this.#starts[this.#length] = startUs;
    this.#ends[this.#length] = endUs;
    this.#requests[this.#length] = request;
    this.#length++;
    this.#barrier = false;
  }

  /** The next span begins something new and is not merged with the one before. */
  separate(): void {
    this.#barrier = true;
  }

  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return this.#ends[index]!;
  }

  request(index: number): number {
    return this.#requests[index]!;
  }

  /** Index of the first span that ends after `timeUs`; `length` when there is none. */
  firstEndingAfter(timeUs: number): number {
    return firstWhere(this.#length, (i) => this.#ends[i]! > timeUs);
  }

  /** µs of `[fromUs, toUs)` that are covered, for each request. */
  coverage(fromUs: number, toUs: number): Map<number, number> {
    const covered = new Map<number, number>();
    for (let i = this.firstEndingAfter(fromUs); i < this.#length && this.#starts[i]! < toUs; i++) {
      const us = Math.min(this.#ends[i]!, toUs) - Math.max(this.#starts[i]!, fromUs);
      const request = this.#requests[i]!;
      covered.set(request, (covered.get(request) ?? 0) + us);
    }
    return covered;
  }

  #grow(): void {
    const size = this.#starts.length * 2;
    this.#starts = resized(new Float64Array(size), this.#starts);
    this.#ends = resized(new Float64Array(size), this.#ends);
    this.#requests = resized(new Int32Array(size), this.#requests);
  }
}

function resized<T extends Float64Array | Int32Array>(larger: T, old: T): T {
  larger.set(old);
  return larger;
}
