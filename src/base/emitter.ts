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
