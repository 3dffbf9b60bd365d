import { Op, RequestKind } from '../../model/event.ts';
import { IdTable } from '../id-table.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import { SpanList } from './span-list.ts';

/** Pieces of work this long are kept one by one, µs. */
const LONG_US = 5_000;

/** A reaction this long after the last piece of work was not queued by it, µs. */
const SAME_UNIT_GAP_US = 1_000;

/** The same where events in between were lost: a ring overflows only while work follows work, µs. */
const LOST_GAP_US = 100_000;

/** Ticks and reactions that lead to each other are followed so far. */
const MAX_REACTIONS = 32;

/** What the loop did in one go: a callback, and the ticks and promise reactions that it left behind. */
export interface Unit {
  startUs: number;
  endUs: number;
  /** Request that most of it was spent for; 0 = none. */
  request: number;
  /** Executions in it, not counting nested ones, and the longest of them, µs. */
  pieces: number;
  longestPieceUs: number;
}

/**
 * Who has the loop, when, and for which request.
 *
 * ```
 *   before(socket) before(parser) request-start(1)   after after   before(promise) after
 *   |<------------- nested executions ---------------------->|     |<--- reaction --->|
 *   |<-- request 0 ->|<------------- request 1 ------------->|     |<-- request 1 --->|   spans
 *   |<------------------------------- one unit ------------------------------------->|
 * ```
 *
 * A request belongs to the rest of the execution in which it came in; what is created there belongs to it too, and so
 * does everything that runs later on behalf of what was created. Handles that outlive a request (sockets, parsers,
 * servers) pass nothing on: one connection serves many requests. But one after the other: until a request has ended, what its
 * connection's parser brings is the rest of it.
 */
export class Work implements Pass {
  readonly ops = [
    Op.Init,
    Op.Before,
    Op.After,
    Op.Settled,
    Op.RequestStart,
    Op.RequestEnd,
    Op.Heartbeat,
    Op.Gc,
    Op.Dropped,
  ];
  readonly ids = new IdTable();
  readonly spans = new SpanList();
  /** Request of the execution under way, a {@link Intervals} job when below zero; 0 = none. */
  current = 0;
  /** After the end of an execution: the request that it was for. */
  ending = 0;
  readonly #longUnits: Unit[] = [];

  readonly #entry = { request: 0, type: 0, bornUs: 0, trigger: 0, execution: 0 };
  readonly #types: readonly string[];
  readonly #longLived: boolean[] = [];
  readonly #micro: boolean[] = [];
  /** The request whose body a parser may still bring, and the other way round. */
  readonly #served = new Map<number, number>();
  readonly #parsers = new Map<number, number>();
  #stack: number[] = [];
  #outer: number[] = [];
  #spanStart = 0;
  #pieceStart = 0;
  /** Index of the type of ticks; -1 until one is seen. */
  #tick = -1;
  /** Events are missing since the last piece of work. */
  #gap = false;
  #unit: OpenUnit | undefined;

  constructor(types: readonly string[]) {
    this.#types = types;
  }

  on(event: WalkedEvent): void {
    switch (event.op) {
      case Op.Init:
        if (this.#tick < 0 && this.#types[event.extra] === 'TickObject') this.#tick = event.extra;
        this.#entry.request = this.current;
        this.#entry.type = event.extra;
        this.#entry.bornUs = event.now;
        this.#entry.trigger = event.a;
        this.#entry.execution = event.b;
        this.ids.set(event.id, this.#entry);
        break;
      case Op.Before:
        this.#before(event.id, event.now);
        break;
      case Op.After:
        this.#after(event.id, event.now);
        break;
      case Op.Settled:
        this.ids.settle(event.id, event.now, event.b);
        break;
      case Op.RequestStart:
        this.#closeSpan(event.now);
        this.current = event.id;
        if (event.extra === RequestKind.Http) this.#serve(event.id);
        break;
      case Op.RequestEnd:
        this.#served.delete(this.#parsers.get(event.id) ?? 0);
        this.#parsers.delete(event.id);
        break;
      case Op.Heartbeat:
        // A timer of its own: whatever still seems to run lost its end.
        if (this.#stack.length > 0) this.#forget();
        break;
      case Op.Gc:
        // Collections are told to the recorder's observer, in an execution of its own: that is nobody's work.
        if (this.#stack.length > 0) this.#spanStart = Infinity;
        break;
      case Op.Dropped:
        this.#forget();
        this.#gap = event.id !== 0;
        break;
    }
  }

  /** The innermost execution under way; 0 = none. */
  get executing(): number {
    return this.#stack.at(-1) ?? 0;
  }

  /** True between a callback's beginning and its end. */
  get depth(): number {
    return this.#stack.length;
  }

  /** Units of {@link LONG_US} and more, in order, the one under way included. */
  longUnits(): Unit[] {
    const open = this.#unit && this.#judge(this.#unit);
    return open ? [...this.#longUnits, open] : this.#longUnits;
  }

  /** What runs from here on in this execution, and what is made there, belongs to `request`. */
  adopt(request: number, now: number): void {
    this.#closeSpan(now);
    this.current = request;
  }

  /**
   * The callback that an execution goes back to, over the ticks and promise reactions that led to it: of a stream's end,
   * the one that brought its last data; of an `await`, the one in which the awaited promise settled.
   */
  origin(execution: number): number {
    const { ids } = this;
    let at = execution;
    for (let step = 0; step < MAX_REACTIONS && at !== 0 && this.isReaction(at); step++) {
      const before = ids.type(at) === this.#tick ? ids.execution(at) : ids.waker(ids.trigger(at));
      if (before === 0) break;
      at = before;
    }
    return at;
  }

  /** One such handle serves many requests and passes none on. */
  isLongLived(type: number): boolean {
    return (this.#longLived[type] ??= LONG_LIVED.test(this.#types[type] ?? ''));
  }

  #before(id: number, now: number): void {
    this.#closeSpan(now);
    if (this.#stack.length === 0) this.#beginPiece(id, now);
    this.#stack.push(id);
    this.#outer.push(this.current);
    this.current = this.#isTouched(id) ? 0 : this.#requestOf(id);
    this.ids.begin(id, now);
  }

  #requestOf(id: number): number {
    return this.isLongLived(this.ids.type(id)) ? (this.#served.get(id) ?? 0) : this.ids.request(id);
  }

  /** A promise's reaction runs once: what begins again is the recorder, which asks who waits for the promise. */
  #isTouched(id: number): boolean {
    return (id & 1) === 1 && this.ids.begunUs(id) >= 0;
  }

  #after(id: number, now: number): void {
    this.ending = 0;
    const depth = this.#stack.lastIndexOf(id);
    // Its beginning was not seen.
    if (depth < 0) return;
    this.#closeSpan(now);
    this.ending = this.current;
    this.current = this.#outer[depth]!;
    this.#stack.length = depth;
    this.#outer.length = depth;
    if (depth === 0) {
      this.current = 0;
      this.#endPiece(now);
    }
  }

  /** A request came in by the parser that runs. */
  #serve(request: number): void {
    const parser = this.executing;
    if (this.#types[this.ids.type(parser)] !== 'HTTPINCOMINGMESSAGE') return;
    this.#parsers.delete(this.#served.get(parser) ?? 0);
    this.#served.set(parser, request);
    this.#parsers.set(request, parser);
  }

  #closeSpan(now: number): void {
    if (this.#stack.length > 0 && now > this.#spanStart) {
      this.spans.add(this.#spanStart, now, this.current);
    }
    this.#spanStart = now;
  }

  #beginPiece(id: number, now: number): void {
    const unit = this.#unit;
    const gapUs = this.#gap ? LOST_GAP_US : SAME_UNIT_GAP_US;
    this.#gap = false;
    if (!unit || !this.isReaction(id) || now - unit.endUs > gapUs) {
      this.#closeUnit();
      this.#unit = { startUs: now, endUs: now, pieces: 0, longestPieceUs: 0 };
      this.spans.separate();
    }
    this.#pieceStart = now;
  }

  #endPiece(now: number): void {
    const unit = this.#unit;
    if (!unit) return;
    unit.endUs = now;
    unit.pieces++;
    unit.longestPieceUs = Math.max(unit.longestPieceUs, now - this.#pieceStart);
  }

  #closeUnit(): void {
    const unit = this.#unit;
    this.#unit = undefined;
    const judged = unit && this.#judge(unit);
    if (judged) this.#longUnits.push(judged);
  }

  #judge(unit: OpenUnit): Unit | undefined {
    if (unit.endUs - unit.startUs < LONG_US) return undefined;
    return { ...unit, request: this.#dominant(unit.startUs, unit.endUs) };
  }

  #dominant(startUs: number, endUs: number): number {
    let best = 0;
    let bestUs = 0;
    for (const [request, us] of this.spans.coverage(startUs, endUs)) {
      if (request !== 0 && us > bestUs) {
        best = request;
        bestUs = us;
      }
    }
    return bestUs >= (endUs - startUs) / 4 ? best : 0;
  }

  /** Events are missing: the pieces under way are given up, what was measured before them stays. */
  #forget(): void {
    this.#stack = [];
    this.#outer = [];
    this.current = 0;
  }

  /** Ticks and promise reactions run right after the callback that queued them. */
  isReaction(id: number): boolean {
    if ((id & 1) === 1) return true;
    const type = this.ids.type(id);
    return (this.#micro[type] ??= REACTION.test(this.#types[type] ?? ''));
  }
}

interface OpenUnit {
  startUs: number;
  endUs: number;
  pieces: number;
  longestPieceUs: number;
}

const REACTION = /^(PROMISE|TickObject|Microtask)$/;

/**
 * One such handle serves many requests. A parser on the server's side is `HTTPINCOMINGMESSAGE` and lives as long as its
 * connection; on the client's side (`HTTPCLIENTREQUEST`) it is made anew for each request, and passes its request on.
 */
const LONG_LIVED =
  /^(HTTPINCOMINGMESSAGE|TCPWRAP|TCPSERVERWRAP|PIPEWRAP|PIPESERVERWRAP|TLSWRAP|UDPWRAP|TTYWRAP|PROCESSWRAP|FSEVENTWRAP|STATWATCHER|MESSAGEPORT|WORKER|SIGNALWRAP|HTTP2SESSION|QUIC_\w+)$/;
