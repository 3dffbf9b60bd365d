import type { SpanList } from './passes/span-list.ts';

/** The spans of each request. */
export class OwnSpans {
  readonly #spans: SpanList;
  readonly #byRequest = new Map<number, number[]>();

  constructor(spans: SpanList) {
    this.#spans = spans;
    for (let i = 0; i < spans.length; i++) {
      const request = spans.request(i);
      if (request <= 0) continue;
      const list = this.#byRequest.get(request);
      if (list) list.push(i);
      else this.#byRequest.set(request, [i]);
    }
  }

  /** µs of `[fromUs, toUs)` in which the request ran. */
  within(request: number, fromUs: number, toUs: number): number {
    let us = 0;
    for (const i of this.#byRequest.get(request) ?? []) {
      us += Math.max(0, Math.min(this.#spans.end(i), toUs) - Math.max(this.#spans.start(i), fromUs));
    }
    return us;
  }
}
