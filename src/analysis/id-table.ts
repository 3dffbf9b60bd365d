/** Entries of one page; a page is made when the first id in it appears. */
const PAGE_BITS = 10;
const PAGE_SIZE = 1 << PAGE_BITS;

/** Pages kept: about 16 million ids. Past that the oldest page goes, and its ids become unknown. */
const MAX_PAGES = 16_384;

/** What is kept of a resource or promise. Zeros where its creation was not seen. */
export interface IdEntry {
  /** Request that it belongs to, 0 = none. */
  request: number;
  /** Index of its type. */
  type: number;
  /** When it was created, µs; -1 = not seen. */
  bornUs: number;
  /** In whose execution it was created. */
  execution: number;
}

/**
 * What is known of each async id. Ids are dense and grow, so pages of typed arrays serve them; ids from a damaged file
 * may be anything, so pages are made on demand and their number is bounded.
 */
export class IdTable {
  readonly #pages = new Map<number, Page>();
  #lastKey = Number.NaN;
  #last: Page | undefined;

  set(id: number, entry: IdEntry): void {
    const key = id >> PAGE_BITS;
    let page = this.#page(key);
    if (!page) {
      page = newPage();
      this.#pages.set(key, page);
      this.#lastKey = key;
      this.#last = page;
      if (this.#pages.size > MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    }
    const slot = id & (PAGE_SIZE - 1);
    page.request[slot] = entry.request;
    page.type[slot] = entry.type;
    page.born[slot] = entry.bornUs;
    page.execution[slot] = entry.execution;
  }

  request(id: number): number {
    return this.#page(id >> PAGE_BITS)?.request[id & (PAGE_SIZE - 1)] ?? 0;
  }

  type(id: number): number {
    return this.#page(id >> PAGE_BITS)?.type[id & (PAGE_SIZE - 1)] ?? 0;
  }

  bornUs(id: number): number {
    return this.#page(id >> PAGE_BITS)?.born[id & (PAGE_SIZE - 1)] ?? -1;
  }

  execution(id: number): number {
    return this.#page(id >> PAGE_BITS)?.execution[id & (PAGE_SIZE - 1)] ?? 0;
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
  request: Int32Array;
  type: Int32Array;
  born: Float64Array;
  execution: Int32Array;
}

function newPage(): Page {
  return {
    request: new Int32Array(PAGE_SIZE),
    type: new Int32Array(PAGE_SIZE),
    born: new Float64Array(PAGE_SIZE).fill(-1),
    execution: new Int32Array(PAGE_SIZE),
  };
}
