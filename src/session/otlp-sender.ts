import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import { UserError } from '../base/user-error.ts';
import type { OtlpAddress, OtlpSignal } from './otlp-address.ts';

/** Requests that wait to be sent; more are dropped. */
const MAX_WAITING = 64;
const TIMEOUT_MS = 10_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
/** A collector that is not there at the start is told at once. */
const PROBE_MS = 5_000;
/** What is not delivered this long after the end is given up. */
const FLUSH_MS = 15_000;
/** Statuses that mean "later": of OTLP's specification. */
const RETRY = new Set([429, 502, 503, 504]);

/** What became of the items (spans, metrics, log records) that were handed over. */
export interface Delivery {
  sent: number;
  dropped: number;
}

/**
 * Posts OTLP/JSON, one request at a time and in order. Handing over never waits: what the collector cannot take in time is
 * dropped and counted.
 */
export class OtlpSender {
  readonly delivery: Delivery = { sent: 0, dropped: 0 };
  readonly #address: OtlpAddress;
  readonly #log: Log;
  #waiting: Request[] = [];
  #working: Promise<void> | undefined;
  #warned = false;
  readonly #giveUp = new AbortController();

  constructor(address: OtlpAddress, log: Log) {
    this.#address = address;
    this.#log = log;
  }

  /** @throws UserError `usage` when no collector answers */
  async probe(): Promise<void> {
    const { traces } = this.#address.endpoints;
    const problem = await this.#post('traces', '{"resourceSpans":[]}', PROBE_MS).then(
      ({ status }) =>
        status === 401 || status === 403 || status === 404 ? `it answers ${status}` : undefined,
      (error: unknown) => reasonOf(error),
    );
    if (problem === undefined) return;
    const next = 'Check the address, OTEL_EXPORTER_OTLP_HEADERS, and that it takes OTLP over HTTP.';
    throw new UserError(
      'usage',
      `No collector takes spans at ${traces.origin}${traces.pathname}: ${problem}.`,
      next,
    );
  }

  /** @param items what `body` holds, for the count */
  send(signal: OtlpSignal, body: object, items: number): void {
    if (items === 0) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#drop(items, 'it takes less than is recorded');
      return;
    }
    this.#waiting.push({ signal, body: JSON.stringify(body), items });
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** Resolves when all is delivered or given up. */
  async flush(): Promise<Delivery> {
    const timer = setTimeout(() => this.#giveUp.abort(), FLUSH_MS);
    try {
      await this.#working;
    } finally {
      clearTimeout(timer);
    }
    return this.delivery;
  }

  async #work(): Promise<void> {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      const problem = this.#giveUp.signal.aborted
        ? 'it did not answer in time'
        : await this.#deliver(request);
      if (problem === undefined) this.delivery.sent += request.items;
      else this.#drop(request.items, problem);
    }
  }

  /** Tries until it is taken, refused, or tried often enough; answers why it is not delivered. */
  async #deliver({ signal, body }: Request): Promise<string | undefined> {
    let problem = '';
    for (let attempt = 0; attempt < ATTEMPTS && !this.#giveUp.signal.aborted; attempt++) {
      let pauseMs = FIRST_PAUSE_MS * 2 ** attempt * (1 + Math.random() / 2);
      try {
        const response = await this.#post(signal, body, TIMEOUT_MS);
        if (response.ok) return undefined;
        problem = `it answers ${response.status}`;
        if (!RETRY.has(response.status)) return problem;
        const asked = Number(response.headers.get('retry-after')) * 1000;
        if (asked > 0) pauseMs = asked;
      } catch (error) {
        problem = reasonOf(error);
      }
      await wait(Math.min(pauseMs, MAX_PAUSE_MS), undefined, { signal: this.#giveUp.signal }).catch(
        () => undefined,
      );
    }
    return problem || 'it did not answer in time';
  }

  async #post(signal: OtlpSignal, body: string, timeoutMs: number): Promise<Response> {
    const response = await fetch(this.#address.endpoints[signal], {
      method: 'POST',
      headers: { ...this.#address.headers, 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.any([this.#giveUp.signal, AbortSignal.timeout(timeoutMs)]),
    });
    // Read to its end, so that the connection serves the next request.
    await response.arrayBuffer();
    return response;
  }

  #drop(items: number, why: string): void {
    this.delivery.dropped += items;
    if (this.#warned) return;
    this.#warned = true;
    this.#log.warn(`The collector does not get everything: ${why}.`);
  }
}

interface Request {
  signal: OtlpSignal;
  body: string;
  items: number;
}

/** `fetch failed` hides the reason in its cause. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it does not answer';
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens there';
  if (cause?.code === 'ENOTFOUND') return 'there is no such host';
  return cause?.message || (error instanceof Error ? error.message : String(error));
}
