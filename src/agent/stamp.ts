/** A constructor that returns what it is given, so that a subclass adds its private fields to a foreign object. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- its constructor is its purpose
class Adopt {
  constructor(object: object) {
    return object;
  }
}

/**
 * Keeps our two numbers on a promise in private fields: as cheap as a symbol property, and nobody can see them, neither
 * `console.log` nor `Reflect.ownKeys` nor a deep comparison.
 */
export class Stamp extends Adopt {
  #id: number;
  #slot: number;

  constructor(promise: object, id: number, slot: number) {
    super(promise);
    this.#id = id;
    this.#slot = slot;
  }

  /** 0 for a promise that we did not see being made. */
  static id(promise: object): number {
    return #id in promise ? promise.#id : 0;
  }

  /** Its place among the pending, -1 for none. */
  static slot(promise: object): number {
    return #id in promise ? promise.#slot : -1;
  }

  static move(promise: object, slot: number): void {
    if (#id in promise) promise.#slot = slot;
  }
}
