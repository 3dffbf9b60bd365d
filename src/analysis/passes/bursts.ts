import { Op, OperationKind } from '../../model/event.ts';
import type { WaitKind } from '../../model/finding.ts';
import { waitKindOf } from '../wait-kinds.ts';
import type { Pass, WalkedEvent } from '../walk.ts';
import type { Work } from './work.ts';

/** Fewer than this at once is no burst worth keeping. */
const LEAST = 50;

const MAX_BURSTS = 10_000;

/** Work that one execution began at once, without waiting for any of it. */
export interface Burst {
  /** What was begun most. */
  kind: WaitKind;
  count: number;
  /** Request or job that it was for; 0 = none. */
  request: number;
  /** When the execution began the first and the last of it, µs. */
  startUs: number;
  timeUs: number;
}

/**
 * Files, look-ups, connections and processes that one piece of work asks for all at once: resources of one kind created
 * in the same run of the loop on behalf of the same request.
 */
export class Bursts implements Pass {
  readonly ops = [Op.Init, Op.Before, Op.OperationStart];
  readonly #work: Work;
  readonly #types: readonly string[];
  readonly #kinds: (WaitKind | 'none' | undefined)[] = [];
  readonly #records: Burst[] = [];
  readonly #open = new Map<string, Burst>();

  constructor(work: Work, types: readonly string[]) {
    this.#work = work;
    this.#types = types;
  }

  get records(): Burst[] {
    return [...this.#records, ...[...this.#open.values()].filter(({ count }) => count >= LEAST)];
  }

  on(event: WalkedEvent): void {
    if (event.op === Op.Before) {
      // A reaction goes on with what the callback before it began; anything else is another piece of work.
      if (this.#open.size > 0 && this.#work.depth === 1 && !this.#work.isReaction(event.id)) this.#close();
      return;
    }
    const kind = this.#kindOf(event);
    if (kind === 'none') return;
    const key = `${kind}${this.#work.current}`;
    const burst = this.#open.get(key);
    if (burst) {
      burst.count++;
      burst.timeUs = event.now;
    } else {
      const { now } = event;
      this.#open.set(key, { kind, count: 1, request: this.#work.current, startUs: now, timeUs: now });
    }
  }

  #kindOf({ op, extra }: WalkedEvent): WaitKind | 'none' {
    if (op === Op.OperationStart) return extra === OperationKind.ChildProcess ? 'child-process' : 'http';
    return (this.#kinds[extra] ??= burstKind(this.#types[extra] ?? ''));
  }

  #close(): void {
    for (const burst of this.#open.values()) {
      if (burst.count >= LEAST && this.#records.length < MAX_BURSTS) this.#records.push(burst);
    }
    this.#open.clear();
  }
}

/** What costs a descriptor, a thread or a process each. One of several types stands for each: a connection has four. */
function burstKind(type: string): WaitKind | 'none' {
  if (!ONE_EACH.test(type)) return 'none';
  return waitKindOf(type);
}

const ONE_EACH =
  /^(FSREQCALLBACK|FSREQPROMISE|GETADDRINFOREQWRAP|TCPCONNECTWRAP|PIPECONNECTWRAP|ZLIB|PBKDF2REQUEST|SCRYPTREQUEST|HASHREQUEST|WORKER)$/;
