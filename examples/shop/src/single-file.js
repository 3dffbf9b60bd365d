/** Lets one caller in per key; the others wait for their turn, in order. */
export class SingleFile {
  #waiting = new Map();

  /** Resolves when it is the caller's turn, with the function that ends it. */
  enter(key) {
    const leave = () => this.#leave(key);
    const queue = this.#waiting.get(key);
    if (!queue) {
      this.#waiting.set(key, []);
      return Promise.resolve(leave);
    }
    return new Promise((resolve) => queue.push(() => resolve(leave)));
  }

  #leave(key) {
    const next = this.#waiting.get(key)?.shift();
    if (next) next();
    else this.#waiting.delete(key);
  }
}
