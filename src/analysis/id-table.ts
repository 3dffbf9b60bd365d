/** Entries of one page; a page is made when the first id in it appears. */
const PAGE_BITS = 10;
const PAGE_SIZE = 1 << PAGE_BITS;

/** Pages kept: about 4 million ids, 130 MB. Past that the oldest page goes, and its ids become unknown. */
const MAX_PAGES = 4_096;

/** Written where a moment is not known. */
const UNSEEN = 0xffffffff;

/** What is told of a resource or promise when it is made. */
export interface IdEntry {
  /** Request that it belongs to, 0 = none. */
  request: number;
  /** Index of its type. */
  type: number;
  /** When it was created, µs. */
  bornUs: number;
  /** What it was made from or waits for: of an `await`, the awaited promise. */
  trigger: number;
  /** In whose execution it was created. */
  execution: number;
}

/**
 * What is known of each async id. Ids are dense and grow, so pages of typed arrays serve them; ids from a damaged file
 * may be anything, so pages are made on demand and their number is bounded. Moments are kept as distances from the
 * page's first, in 32 bits: what comes 71 minutes after it is not known.
 */
export class IdTable {
  readonly #pages = new Map<number, Page>();
  #lastKey = Number.NaN;
  #last: Page | undefined;

  set(id: number, entry: IdEntry): void {
    const key = id >> PAGE_BITS;
    let page = this.#page(key);
    if (!page) {
      page = newPage(entry.bornUs);
      this.#pages.set(key, page);
      this.#lastKey = key;
      this.#last = page;
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    }
    const slot = id & (PAGE_SIZE - 1);
    page.request[slot] = entry.request;
    page.type[slot] = entry.type;
    page.born[slot] = distance(page, entry.bornUs);
    page.trigger[slot] = entry.trigger;
    page.execution[slot] = entry.execution;
    page.begun[slot] = UNSEEN;
    page.settled[slot] = UNSEEN;
    page.waker[slot] = 0;
  }

  /** Its callback or reaction began; of several times, the last one is kept. */
  begin(id: number, us: number): void {
    const page = this.#page(id >> PAGE_BITS);
    if (page) page.begun[id & (PAGE_SIZE - 1)] = distance(page, us);
  }

  /** It was settled in the execution `waker`. */
  settle(id: number, us: number, waker: number): void {
    const page = this.#page(id >> PAGE_BITS);
    if (!page) return;
    page.settled[id & (PAGE_SIZE - 1)] = distance(page, us);
    page.waker[id & (PAGE_SIZE - 1)] = waker;
  }

  request(id: number): number {
    return this.#page(id >> PAGE_BITS)?.request[id & (PAGE_SIZE - 1)] ?? 0;
  }

  type(id: number): number {
    return this.#page(id >> PAGE_BITS)?.type[id & (PAGE_SIZE - 1)] ?? 0;
  }

  trigger(id: number): number {
    return this.#page(id >> PAGE_BITS)?.trigger[id & (PAGE_SIZE - 1)] ?? 0;
  }

  execution(id: number): number {
    return this.#page(id >> PAGE_BITS)?.execution[id & (PAGE_SIZE - 1)] ?? 0;
  }

  /** In whose execution it was settled; 0 = not known. */
  waker(id: number): number {
    return this.#page(id >> PAGE_BITS)?.waker[id & (PAGE_SIZE - 1)] ?? 0;
  }

  /** µs; -1 = not seen. */
  bornUs(id: number): number {
    const page = this.#page(id >> PAGE_BITS);
    return page ? moment(page, page.born[id & (PAGE_SIZE - 1)]!) : -1;
  }

  /** When its last execution began, µs; -1 = not seen. */
  begunUs(id: number): number {
    const page = this.#page(id >> PAGE_BITS);
    return page ? moment(page, page.begun[id & (PAGE_SIZE - 1)]!) : -1;
  }

  /** µs; -1 = not seen. */
  settledUs(id: number): number {
    const page = this.#page(id >> PAGE_BITS);
    return page ? moment(page, page.settled[id & (PAGE_SIZE - 1)]!) : -1;
  }

  #page(key: number): Page | undefined {
    if (key !== this.#lastKey) {
      this.#lastKey = key;
      this.#last = this.#pages.get(key);
    }
    return this.#last;
  }
}

interface Page {
  baseUs: number;
  request: Int32Array;
  type: Int32Array;
  born: Uint32Array;
  trigger: Int32Array;
  execution: Int32Array;
  begun: Uint32Array;
  settled: Uint32Array;
  waker: Int32Array;
}

function newPage(baseUs: number): Page {
  return {
    baseUs,
    request: new Int32Array(PAGE_SIZE),
    type: new Int32Array(PAGE_SIZE),
    born: new Uint32Array(PAGE_SIZE).fill(UNSEEN),
    trigger: new Int32Array(PAGE_SIZE),
    execution: new Int32Array(PAGE_SIZE),
    begun: new Uint32Array(PAGE_SIZE).fill(UNSEEN),
    settled: new Uint32Array(PAGE_SIZE).fill(UNSEEN),
    waker: new Int32Array(PAGE_SIZE),
  };
}

function distance(page: Page, us: number): number {
  const far = us - page.baseUs;
  return far >= 0 && far < UNSEEN ? far : UNSEEN;
}

function moment(page: Page, far: number): number {
  return far === UNSEEN ? -1 : page.baseUs + far;
}
