import type { DebugSupportHandle } from '../inspector/debug-support.ts';
import type { ExceptionSettings } from './exceptions.ts';
import type { Loop } from './loop.ts';

/** How long things have been running, ms. */
interface Ages {
  loop: number;
  callback: number;
  microtasks: number;
}

/** An answer later than this says nothing: the machine slept, or the thread was stopped. */
const LATE_MS = 2000;
/** A stop that was asked for comes at once, or V8 has lost it: code that it was just optimizing does not notice. */
const LOST_MS = 1000;
const MIN_POLL_MS = 20;
const MAX_POLL_MS = 250;
/** After a stop at a wrong moment: what holds the loop may soon be done. */
const AGAIN_MS = 2;

/**
 * Stops a loop in the code that holds it, while it does. V8 answers also when a loop is held by JavaScript; so the ages
 * are asked for again and again, and when one is over its limit, the loop is asked to stop at its next statement. There
 * the age is read once more: when the code was done in between, the stop is taken back.
 */
export class BlockedWatch {
  readonly #loop: Loop;
  readonly #support: () => DebugSupportHandle | undefined;
  readonly #isRead: () => boolean;
  #limits: ExceptionSettings['limits'] = {};
  #timer: NodeJS.Timeout | undefined;
  /** When the loop was asked to stop, if it has not yet. */
  #askedAt: number | undefined;
  #pollMs = MAX_POLL_MS;
  #isLooking = false;
  #wasRead = false;
  /** What was said already; it must end before it is said again. */
  #said: keyof Ages | undefined;

  /** @param isRead the tasks are being read: that holds the loop, and is no fault of the program */
  constructor(loop: Loop, support: () => DebugSupportHandle | undefined, isRead: () => boolean) {
    this.#loop = loop;
    this.#isRead = isRead;
    this.#support = support;
    void loop.connection.closed.then(() => this.dispose());
  }

  /** True when the watch has asked the loop to stop. */
  get asked(): boolean {
    return this.#askedAt !== undefined;
  }

  set(limits: ExceptionSettings['limits']): void {
    this.#limits = limits;
    this.dispose();
    const shortest = Math.min(
      limits['loop-blocked'] ?? Infinity,
      limits['callback-long'] ?? Infinity,
      limits['microtasks-long'] ?? Infinity,
    );
    if (shortest === Infinity) return;
    this.#pollMs = Math.max(MIN_POLL_MS, Math.min(MAX_POLL_MS, shortest / 4));
    this.#poll(this.#pollMs);
  }

  /** The stop that was asked for came at a wrong moment: if the loop is held still, it is asked once more. */
  askAgain(): void {
    this.#askedAt = undefined;
    if (this.#timer && !this.#isLooking) this.#poll(AGAIN_MS);
  }

  /** What is over its limit at a stop that was asked for; undefined when it has passed. */
  async verify(): Promise<{ description: string; text: string } | undefined> {
    this.#askedAt = undefined;
    const ages = await this.#ages();
    const over = ages && this.#over(ages);
    if (!over) return undefined;
    this.#said = over;
    const ms = Math.round(ages[over]);
    return {
      loop: { description: 'Loop blocked', text: `The event loop has been blocked for ${ms} ms` },
      callback: { description: 'Long callback', text: `This callback has been running for ${ms} ms` },
      microtasks: {
        description: 'Long microtask drain',
        text: `Microtasks have been running for ${ms} ms without a turn of the loop`,
      },
    }[over];
  }

  /** The loop goes on after a stop: the time of the stop does not count. */
  async reset(): Promise<void> {
    if (this.#timer) await this.#support()?.call('reset', undefined, 1000);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#askedAt = undefined;
  }

  #poll(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
        if (this.#timer) this.#poll(this.#pollMs);
      });
    }, ms);
  }

  async #look(): Promise<void> {
    if (this.#stopped()) return;
    if (this.#askedAt !== undefined && performance.now() - this.#askedAt < LOST_MS) return;
    if (this.#isRead()) {
      this.#wasRead = true;
      return;
    }
    if (this.#wasRead) await this.reset();
    this.#wasRead = false;
    const before = Date.now();
    const ages = await this.#ages();
    if (!ages || Date.now() - before > LATE_MS || this.#isRead()) return;
    const over = this.#over(ages);
    if (!over) this.#said = undefined;
    if (!over || this.#said !== undefined || this.#stopped()) return;
    this.#askedAt = performance.now();
    await this.#loop.connection.send('Debugger.pause').catch(() => undefined);
  }

  #stopped(): boolean {
    return this.#loop.pause !== undefined;
  }

  #ages(): Promise<Ages | undefined> {
    return this.#support()?.call<Ages>('ages', undefined, 30_000) ?? Promise.resolve(undefined);
  }

  #over(ages: Ages): keyof Ages | undefined {
    const limits = this.#limits;
    if (ages.microtasks > (limits['microtasks-long'] ?? Infinity)) return 'microtasks';
    if (ages.callback > (limits['callback-long'] ?? Infinity)) return 'callback';
    return ages.loop > (limits['loop-blocked'] ?? Infinity) ? 'loop' : undefined;
  }
}
