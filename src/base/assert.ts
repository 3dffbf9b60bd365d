/** Ends an exhaustive `switch`: does not compile when a case is missing, throws when the types lied. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}

/** Narrows away null and undefined; throws with `what` in its message when the value is missing. */
export function defined<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`Missing: ${what}`);
  return value;
}
