/** Something that holds a resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/**
 * Owns disposables and ends them in reverse order. What is added after the store was disposed is ended at once,
 * so a resource that arrives late (a connection that opened after the user cancelled) cannot leak.
 */
export class DisposableStore implements Disposable {
  #items: Disposable[] | undefined = [];

  get disposed(): boolean {
    return this.#items === undefined;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#items) this.#items.push(item);
    else item.dispose();
    return item;
  }

  /** Adds a plain function as a disposable. */
  defer(end: () => void): void {
    this.add({ dispose: end });
  }

  dispose(): void {
    const items = this.#items;
    this.#items = undefined;
    for (const item of items?.reverse() ?? []) item.dispose();
  }
}
