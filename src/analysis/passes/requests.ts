import { Op, RequestKind } from '../../model/event.ts';
import { routeOfLabel } from '../route-label.ts';
import type { Pass, WalkedEvent } from '../walk.ts';

/** A request, message or connection that came in while recording. */
export interface RequestRecord {
  id: number;
  kind: RequestKind;
  route: string;
  startUs: number;
  /** -1 while it is under way. */
  endUs: number;
  /** 0 = the connection closed before the response was finished. */
  status: number;
  /** Events were lost while it was under way: what became of it may be among them. */
  unsure: boolean;
  /** Its critical path among the segments of the paths' pass, the last step first; none when it was not followed. */
  path: { first: number; count: number };
}

/** The requests of the recording and their routes. */
export class Requests implements Pass {
  readonly ops = [Op.RequestStart, Op.RequestEnd, Op.Dropped];
  readonly records: RequestRecord[] = [];
  readonly #byId = new Map<number, RequestRecord>();
  /** Those before it ended, or were under way when events were lost last. */
  #sure = 0;
  readonly #labels: readonly string[];
  readonly #routes = new Map<number, string>();

  constructor(labels: readonly string[]) {
    this.#labels = labels;
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.Dropped) {
      if (event.id !== 0) this.#doubt();
      return;
    }
    if (event.op === Op.RequestStart) {
      const record: RequestRecord = {
        id: event.id,
        kind: requestKind(event.extra),
        route: this.#guess(event.b),
        startUs: event.now,
        endUs: -1,
        status: 0,
        unsure: false,
        path: NO_PATH,
      };
      this.records.push(record);
      this.#byId.set(event.id, record);
      return;
    }
    const record = this.#byId.get(event.id);
    if (!record || record.endUs >= 0) return;
    record.endUs = event.now;
    record.status = event.extra;
    const named = event.b === 0 ? undefined : this.#labels[event.b];
    if (named) record.route = named;
  }

  get(id: number): RequestRecord | undefined {
    return id === 0 ? undefined : this.#byId.get(id);
  }

  /** Route of a request; undefined for 0 and for what is not known. */
  route(id: number): string | undefined {
    return this.get(id)?.route;
  }

  #doubt(): void {
    for (let i = this.#sure; i < this.records.length; i++) {
      const record = this.records[i]!;
      if (record.endUs < 0) record.unsure = true;
    }
    this.#sure = this.records.length;
  }

  #guess(label: number): string {
    let route = this.#routes.get(label);
    if (route === undefined) {
      route = routeOfLabel(this.#labels[label] ?? '') || 'unnamed request';
      this.#routes.set(label, route);
    }
    return route;
  }
}

const NO_PATH = { first: 0, count: 0 };

function requestKind(value: number): RequestKind {
  switch (value) {
    case RequestKind.Http2:
    case RequestKind.WebSocket:
    case RequestKind.Message:
      return value;
    default:
      return RequestKind.Http;
  }
}
