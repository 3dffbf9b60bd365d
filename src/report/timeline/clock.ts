/** Unwraps the 32-bit µs of events. Steps backwards are noise: the clock stands still. */
export class Clock {
  #started = false;
  /** µs since the recording's clock origin. */
  now = 0;

  advance(wrapped: number): number {
    if (!this.#started) {
      this.#started = true;
      this.now = wrapped >>> 0;
      return this.now;
    }
    const step = (wrapped - this.now) | 0;
    if (step > 0) this.now += step;
    return this.now;
  }

  /** A moment at or before now that was written modulo 2^32. */
  before(wrapped: number): number {
    return Math.max(0, this.now - ((this.now - wrapped) >>> 0));
  }
}
