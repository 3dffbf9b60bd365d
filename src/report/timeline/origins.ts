/** Resources and promises that are remembered; past that the oldest go, and have an unknown origin. */
const MAX_KNOWN = 1_000_000;

/** Where resources and promises that may still run came from. */
export class Origins {
  readonly #types: readonly string[];
  readonly #known = new Map<number, Origin>();

  /** @param types names by index; may grow meanwhile */
  constructor(types: readonly string[]) {
    this.#types = types;
  }

  add(id: number, origin: Origin): void {
    // What no request led to has nothing to tell, but its type.
    if (origin.request === 0 && isPromise(id)) return;
    this.#known.set(id, origin);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }

  /** A promise's reactions run in one go: afterwards it has nothing more to tell. */
  ran(id: number): void {
    if (isPromise(id)) return;
    const origin = this.#known.get(id);
    // An interval fires again, and that is not caused by its creation any more.
    if (origin) origin.timeUs = -1;
  }

  request(id: number): number {
    return this.#known.get(id)?.request ?? 0;
  }

  bornUs(id: number): number | undefined {
    const us = this.#known.get(id)?.timeUs ?? -1;
    return us < 0 ? undefined : us;
  }

  typeName(id: number): string {
    if (isPromise(id)) return 'PROMISE';
    return this.#types[this.#known.get(id)?.type ?? 0] ?? '';
  }

  /** Serves many requests, so it passes none on. */
  isLongLived(id: number): boolean {
    return !isPromise(id) && LONG_LIVED.test(this.typeName(id));
  }

  /** Runs right behind the callback that queued it. */
  isReaction(id: number): boolean {
    return isPromise(id) || REACTION.test(this.typeName(id));
  }
}

interface Origin {
  type: number;
  request: number;
  timeUs: number;
}

/** Ids of promises are odd. */
const isPromise = (id: number): boolean => (id & 1) === 1;

const REACTION = /^(PROMISE|TickObject|Microtask)$/;
const LONG_LIVED =
  /^(HTTPINCOMINGMESSAGE|TCPWRAP|TCPSERVERWRAP|PIPEWRAP|PIPESERVERWRAP|TLSWRAP|UDPWRAP|TTYWRAP|PROCESSWRAP|FSEVENTWRAP|STATWATCHER|MESSAGEPORT|WORKER|SIGNALWRAP|HTTP2SESSION|QUIC_\w+)$/;
