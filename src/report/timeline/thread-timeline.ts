import { EVENT_WORDS, Op } from '../../model/event.ts';
import type { StackId } from '../../model/ids.ts';
import type { RecordingTables } from '../../model/recording.ts';
import { Clock } from './clock.ts';
import type { Moment, Operation, RequestMoment, Turn, Wait } from './moments.ts';
import { Origins } from './origins.ts';

/** Requests and operations under way that are followed; more are left out. */
const MAX_OPEN = 50_000;
/** A request's waits that are kept. */
const MAX_WAITS = 1_000;
/** Shorter gaps between two turns of a request are no wait, µs. */
const SHORTEST_WAIT_US = 500;
/** Reactions this soon behind a turn belong to it, µs. */
const SAME_TURN_US = 50;
/** libuv's failed mark in an operation's status. */
const FAILED = 0xffffff;

/**
 * Reads the events of one thread in order and tells what happened. Keeps no more than what is under way, so it serves
 * whole files and recordings that are still going on.
 *
 * ```
 *   request 1   |-- turn --|   wait (FSREQCALLBACK)   |-- turn --| answered
 *   request 2        (queued)  |-- turn --|  wait (Timeout)  ...
 * ```
 */
export class ThreadTimeline {
  readonly #tables: Pick<RecordingTables, 'types' | 'labels'>;
  readonly #tell: (moment: Moment) => void;
  readonly #clock = new Clock();
  readonly #origins: Origins;
  readonly #requests = new Map<number, OpenRequest>();
  readonly #operations = new Map<number, Operation>();
  #stack: { id: number; outer: number }[] = [];
  #turn: Turn | undefined;
  /** Request of the execution under way; 0 = none. */
  #current = 0;
  #lastDelayUs = -1;

  /** @param tables may grow meanwhile */
  constructor(tables: Pick<RecordingTables, 'types' | 'labels'>, tell: (moment: Moment) => void) {
    this.#tables = tables;
    this.#tell = tell;
    this.#origins = new Origins(tables.types);
  }

  add(words: Int32Array): void {
    for (let at = 0; at + EVENT_WORDS <= words.length; at += EVENT_WORDS) {
      const head = words[at]!;
      this.#event(head & 0xff, head >>> 8, words[at + 1]!, words[at + 2]!, words[at + 3]!);
    }
  }

  /** Tells what is still under way. */
  end(): void {
    this.#forget();
    const now = this.#clock.now;
    for (const open of this.#requests.values()) this.#answered(open, now, -1, '');
    for (const operation of this.#operations.values()) {
      this.#tell({ ...operation, endUs: Math.max(operation.startUs, now), status: -1 });
    }
    this.#requests.clear();
    this.#operations.clear();
  }

  #event(op: number, extra: number, id: number, a: number, b: number): void {
    switch (op) {
      case Op.Init:
        this.#origins.add(id, { type: extra, request: this.#current, timeUs: this.#clock.now });
        break;
      case Op.Before:
        this.#before(id, this.#clock.advance(a));
        break;
      case Op.After:
        this.#after(id, this.#clock.advance(a));
        break;
      case Op.Heartbeat:
        this.#delay(id, this.#clock.advance(a), b >>> 0);
        break;
      case Op.RequestStart:
        this.#begin(id, this.#clock.advance(a), this.#label(b));
        break;
      case Op.RequestEnd: {
        const now = this.#clock.advance(a);
        const open = this.#requests.get(id);
        this.#requests.delete(id);
        if (open) this.#answered(open, now, extra, this.#label(b));
        break;
      }
      case Op.OperationStart:
        this.#ask(extra, id, this.#clock.advance(a), this.#label(b));
        break;
      case Op.OperationEnd: {
        const now = this.#clock.advance(a);
        const operation = this.#operations.get(id);
        this.#operations.delete(id);
        if (operation) this.#tell({ ...operation, endUs: now, status: extra === FAILED ? -1 : extra });
        break;
      }
      case Op.MessageSent:
      case Op.MessageReceived:
        this.#tell({
          kind: 'message',
          way: op === Op.MessageSent ? 'sent' : 'came',
          timeUs: this.#clock.advance(a),
          label: this.#label(b),
          number: id,
          whole: extra === 1,
        });
        break;
      case Op.WaitSample: {
        this.#clock.advance(a);
        const open = this.#requests.get(this.#origins.request(id));
        if (open && b > 0) open.sampled = b as StackId;
        break;
      }
      case Op.Gc: {
        const startUs = this.#clock.before(a);
        this.#tell({
          kind: 'collection',
          startUs,
          endUs: startUs + Math.max(0, id),
          type: GC_TYPES.get(extra) ?? 'unknown',
        });
        break;
      }
      case Op.Dropped:
        this.#forget();
        break;
    }
  }

  #before(id: number, now: number): void {
    if (this.#stack.length === 0) this.#openTurn(id, now);
    this.#stack.push({ id, outer: this.#current });
    this.#enter(this.#origins.isLongLived(id) ? 0 : this.#origins.request(id), id, now);
  }

  #after(id: number, now: number): void {
    const depth = this.#stack.findLastIndex((entry) => entry.id === id);
    // Its beginning was not seen.
    if (depth < 0) return;
    this.#leave(now);
    this.#current = depth === 0 ? 0 : this.#stack[depth]!.outer;
    this.#stack.length = depth;
    this.#origins.ran(id);
    if (depth === 0 && this.#turn) this.#turn.endUs = now;
  }

  #openTurn(id: number, now: number): void {
    const turn = this.#turn;
    const request = this.#origins.isLongLived(id) ? 0 : this.#origins.request(id);
    const goesOn = turn && now - turn.endUs <= SAME_TURN_US && this.#origins.isReaction(id);
    if (goesOn && (request === 0 || request === turn.request)) return;
    this.#closeTurn();
    const causedUs = this.#origins.isLongLived(id) ? undefined : this.#origins.bornUs(id);
    this.#turn = {
      kind: 'turn',
      startUs: now,
      endUs: now,
      request,
      type: this.#origins.typeName(id),
      ...(causedUs !== undefined && { causedUs }),
    };
  }

  #closeTurn(): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (turn && turn.endUs > turn.startUs) this.#tell(turn);
  }

  /** The execution under way works for `request` from now on. */
  #enter(request: number, id: number, now: number): void {
    if (request === this.#current) return;
    this.#leave(now);
    this.#current = request;
    const open = this.#requests.get(request);
    if (!open) return;
    if (now - open.ranUs >= SHORTEST_WAIT_US && open.waits.length < MAX_WAITS) {
      const wait: Wait = {
        kind: 'wait',
        startUs: open.ranUs,
        endUs: now,
        request,
        type: this.#origins.typeName(id),
        stack: open.sampled,
      };
      open.waits.push(wait);
    }
    open.sampled = 0 as StackId;
    open.ranUs = now;
  }

  #leave(now: number): void {
    const open = this.#requests.get(this.#current);
    if (open) open.ranUs = now;
  }

  #begin(id: number, now: number, label: string): void {
    this.#leave(now);
    this.#current = id;
    if (this.#turn && this.#turn.request === 0) this.#turn.request = id;
    if (this.#requests.size >= MAX_OPEN) return;
    this.#requests.set(id, { id, startUs: now, label, ranUs: now, sampled: 0 as StackId, waits: [] });
  }

  #answered(open: OpenRequest, now: number, status: number, route: string): void {
    const { id, startUs, label, waits } = open;
    const request: RequestMoment = {
      kind: 'request',
      id,
      startUs,
      endUs: Math.max(now, startUs),
      label,
      route,
      status,
      waits,
    };
    this.#tell(request);
  }

  #ask(kind: number, id: number, now: number, label: string): void {
    if (this.#operations.size >= MAX_OPEN) return;
    this.#operations.set(id, {
      kind: 'operation',
      id,
      operation: kind,
      startUs: now,
      endUs: now,
      label,
      request: this.#current,
      status: -1,
    });
  }

  #delay(latenessUs: number, timeUs: number, idleUs: number): void {
    // A timer of its own: whatever still seems to run lost its end.
    if (this.#stack.length > 1) this.#forget();
    const sinceUs = this.#lastDelayUs < 0 ? 0 : timeUs - this.#lastDelayUs;
    this.#lastDelayUs = timeUs;
    this.#tell({
      kind: 'delay',
      timeUs,
      latenessUs: Math.max(0, latenessUs),
      idleUs: Math.min(idleUs, sinceUs),
      sinceUs,
    });
  }

  /** Events are missing: what seems to run is given up, what was told stays. */
  #forget(): void {
    this.#stack = [];
    this.#current = 0;
    this.#closeTurn();
  }

  #label(index: number): string {
    return this.#tables.labels[index] ?? '';
  }
}

interface OpenRequest {
  id: number;
  startUs: number;
  label: string;
  /** When its code ran last. */
  ranUs: number;
  sampled: StackId;
  waits: Wait[];
}

/** Kinds of `perf_hooks` by their names in OpenTelemetry's conventions. */
const GC_TYPES = new Map([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weakcb'],
]);
