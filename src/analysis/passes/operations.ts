import { Op } from '../../model/event.ts';
import type { OperationKind } from '../../model/event.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Operations kept; the rest of the recording's are not. */
const MAX_RECORDS = 300_000;

/** Something asked of the world outside: an HTTP request, a child process. */
export interface OperationRecord {
  kind: OperationKind;
  /** Index of its label. */
  label: number;
  request: number;
  startUs: number;
  /** -1 while it is under way. */
  endUs: number;
}

/** What was asked of the world outside, by the request that asked. */
export class Operations implements Pass {
  readonly ops = [Op.OperationStart, Op.OperationEnd];
  readonly #work: Work;
  readonly #byRequest = new Map<number, OperationRecord[]>();
  readonly #open = new Map<number, OperationRecord>();
  #count = 0;

  constructor(work: Work) {
    this.#work = work;
  }

  of(request: number): readonly OperationRecord[] {
    return this.#byRequest.get(request) ?? [];
  }

  /** Those of all requests, and of none. */
  all(): OperationRecord[] {
    return [...this.#byRequest.values()].flat();
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.OperationEnd) {
      const record = this.#open.get(event.id);
      if (record) record.endUs = event.now;
      this.#open.delete(event.id);
      return;
    }
    if (this.#count++ >= MAX_RECORDS) return;
    const request = this.#work.current;
    const record: OperationRecord = {
      kind: event.extra as OperationKind,
      label: event.b,
      request,
      startUs: event.now,
      endUs: -1,
    };
    this.#open.set(event.id, record);
    const others = this.#byRequest.get(request);
    if (others) others.push(record);
    else this.#byRequest.set(request, [record]);
  }
}
