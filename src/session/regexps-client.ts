import { Worker } from 'node:worker_threads';
import type { Disposable } from '../base/disposable.ts';
import { regexpKey, type JudgedRegexp, type RegexpText } from '../lint/regexps/verdict.ts';
import { asset } from './assets.ts';
import type { FromRegexpsWorker, ToRegexpsWorker } from './regexps-messages.ts';

/** Has regular expressions checked in full, in threads of their own that are started when they are needed. */
export interface RegexpsClient extends Disposable {
  /**
   * Verdicts on expressions, in their order. What the same owner wanted before and no longer does is not checked any
   * further, even where it has begun; that earlier call is answered with nothing.
   */
  check(owner: string, texts: readonly RegexpText[]): Promise<JudgedRegexp[]>;
}

export interface RegexpsClientOptions {
  /** Expressions that are checked at the same time. Default: 1. */
  threads?: number;
  /** A check that takes longer is ended, ms: a safety net, for a check has limits of its own. */
  patienceMs?: number;
}

export function startRegexpsClient(options: RegexpsClientOptions = {}): RegexpsClient {
  return new ThreadsClient(options);
}

/** More verdicts than this are not kept. */
const KEPT = 5_000;

/** Threads without work are ended after this time, ms: they hold some hundred megabytes. */
const IDLE_MS = 30_000;

/** Memory of a check, MB: beyond it, it is ended. */
const MEMORY_MB = 512;

interface Want {
  texts: readonly RegexpText[];
  resolve: (judged: JudgedRegexp[]) => void;
}

interface Thread {
  worker: Worker;
  /** What it is at work on. */
  text: RegexpText | undefined;
  timer: NodeJS.Timeout | undefined;
}

class ThreadsClient implements RegexpsClient {
  readonly #limit: number;
  readonly #patienceMs: number;
  readonly #wants = new Map<string, Want>();
  readonly #known = new Map<string, JudgedRegexp>();
  readonly #threads = new Set<Thread>();
  #disposed = false;

  constructor({ threads = 1, patienceMs = 30_000 }: RegexpsClientOptions) {
    this.#limit = threads;
    this.#patienceMs = patienceMs;
  }

  async check(owner: string, texts: readonly RegexpText[]): Promise<JudgedRegexp[]> {
    if (this.#disposed) return [];
    if (this.#wants.size === 0 && this.#known.size > KEPT) this.#known.clear();
    return new Promise((resolve) => {
      this.#wants.get(owner)?.resolve([]);
      this.#wants.set(owner, { texts, resolve });
      this.#step();
    });
  }

  dispose(): void {
    this.#disposed = true;
    for (const { resolve } of this.#wants.values()) resolve([]);
    this.#wants.clear();
    for (const thread of this.#threads) this.#end(thread);
  }

  /** Answers who has all he wants, ends what nobody wants, and begins what somebody does. */
  #step(): void {
    const open = new Map<string, RegexpText>();
    for (const [owner, { texts, resolve }] of this.#wants) {
      const judged = texts.flatMap((text) => this.#known.get(regexpKey(text)) ?? []);
      if (judged.length === texts.length) {
        this.#wants.delete(owner);
        resolve(judged);
      } else {
        for (const text of texts) if (!this.#known.has(regexpKey(text))) open.set(regexpKey(text), text);
      }
    }
    for (const thread of this.#threads) {
      const key = thread.text && regexpKey(thread.text);
      if (key !== undefined && !open.delete(key)) this.#end(thread);
    }
    for (const text of open.values()) {
      const thread = this.#idle();
      if (!thread) return;
      this.#begin(thread, text);
    }
  }

  #idle(): Thread | undefined {
    const idle = [...this.#threads].find(({ text }) => !text);
    return idle ?? (this.#threads.size < this.#limit ? this.#start() : undefined);
  }

  #start(): Thread {
    const worker = new Worker(asset('workers/regexps.cjs'), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const thread: Thread = { worker, text: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.on('message', (judged: FromRegexpsWorker) => this.#take(thread, judged));
    // Both are followed by the same: an expression that ended its thread is undecided.
    worker.on('error', () => this.#lose(thread));
    worker.on('exit', () => this.#lose(thread));
    return thread;
  }

  #begin(thread: Thread, text: RegexpText): void {
    thread.text = text;
    clearTimeout(thread.timer);
    thread.timer = setTimeout(() => this.#lose(thread), this.#patienceMs);
    // Only work under way keeps the process alive.
    thread.worker.ref();
    thread.worker.postMessage(text satisfies ToRegexpsWorker);
  }

  #take(thread: Thread, judged: JudgedRegexp): void {
    if (!this.#threads.has(thread)) return;
    thread.text = undefined;
    thread.worker.unref();
    clearTimeout(thread.timer);
    thread.timer = setTimeout(() => this.#end(thread), IDLE_MS).unref();
    this.#learn(judged);
  }

  #lose(thread: Thread): void {
    if (!this.#threads.has(thread)) return;
    this.#end(thread);
    if (thread.text) this.#learn({ ...thread.text, verdict: { status: 'undecided' } });
  }

  #learn(judged: JudgedRegexp): void {
    this.#known.set(regexpKey(judged), judged);
    this.#step();
  }

  #end(thread: Thread): void {
    this.#threads.delete(thread);
    clearTimeout(thread.timer);
    void thread.worker.terminate();
  }
}
