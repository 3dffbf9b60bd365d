/**
 * A constructor that returns what it is given, so that a subclass adds its private fields to a foreign object: nobody can see
 * them, neither `console.log` nor `Reflect.ownKeys` nor a deep comparison, and they cost a plain property.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- its constructor is its purpose
export class Adopt {
  constructor(object: object) {
    return object;
  }
}
