import type { Disposable } from './disposable.ts';

/** The listening side of an {@link Emitter}: what an owner hands out. */
export type Listen<T> = (listener: (value: T) => void) => Disposable;

/** A typed event. The owner keeps the emitter and fires it; others get only `event`. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Listen<T> = (listener) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** An emitter that keeps what was fired before anybody listened, and gives it to the first listener. */
export class HoldingEmitter<T> implements Disposable {
  readonly #emitter = new Emitter<T>();
  #held: T[] | undefined = [];

  readonly event: Listen<T> = (listener) => {
    const subscription = this.#emitter.event(listener);
    const held = this.#held;
    this.#held = undefined;
    for (const value of held ?? []) listener(value);
    return subscription;
  };

  fire(value: T): void {
    if (this.#held) this.#held.push(value);
    else this.#emitter.fire(value);
  }

  dispose(): void {
    this.#held = undefined;
    this.#emitter.dispose();
  }
}
