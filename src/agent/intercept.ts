type Method = (...args: unknown[]) => unknown;

interface Heard<T> {
  /** Before the method runs. */
  before: (args: unknown[]) => T;
  /** When it has run and did not throw. */
  after?: (value: T) => void;
}

/**
 * Hears the calls of a method of one object, by an own property of that object which calls what was there. It is a plain
 * one, so that whoever copies or replaces it gets what he would without us. Where there is no such method yet, it waits
 * for somebody to assign one. Answers what takes it away again.
 */
export function intercept<T>(object: object, key: string | symbol, heard: Heard<T>): () => void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  if (before && (before.configurable !== true || !('value' in before))) return () => undefined;
  const found = (object as Record<string | symbol, unknown>)[key];
  let take = (): void => undefined;
  const define = (value: unknown, enumerable: boolean): void => {
    Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable });
  };
  /** @param undo puts back what was there */
  const put = (original: Method, enumerable: boolean, undo: () => void): void => {
    const [call, silence] = listenTo(object, original, heard);
    define(call, enumerable);
    take = () => {
      silence();
      if (Object.getOwnPropertyDescriptor(object, key)?.value === call) undo();
    };
  };

  if (typeof found === 'function') {
    put(found as Method, before?.enumerable ?? false, () => {
      if (before) Object.defineProperty(object, key, before);
      else Reflect.deleteProperty(object, key);
    });
  } else if (found === undefined && !before) {
    const set = function (this: object, value: unknown): void {
      if (this !== object) {
        Object.defineProperty(this, key, { value, writable: true, configurable: true, enumerable: true });
      } else if (typeof value === 'function') put(value as Method, true, () => define(value, true));
      else define(value, true);
    };
    Object.defineProperty(object, key, { get: () => undefined, set, configurable: true, enumerable: false });
    take = () => {
      if (Object.getOwnPropertyDescriptor(object, key)?.set === set) Reflect.deleteProperty(object, key);
    };
  }
  return () => take();
}

/** A function that calls the original and looks like it; and what makes it say nothing any more. */
function listenTo<T>(object: object, original: Method, heard: Heard<T>): [Method, () => void] {
  let over = false;
  const call: Method = function (this: unknown, ...args) {
    const value = over || this !== object ? undefined : attempt(() => heard.before(args));
    const result: unknown = Reflect.apply(original, this, args);
    if (value) attempt(() => heard.after?.(value.is));
    return result;
  };
  const { name, length } = original;
  Object.defineProperties(call, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
  return [call, () => (over = true)];
}

/** What is ours must not fail where the program would not: with a call stack that is almost exhausted, say. */
function attempt<T>(run: () => T): { is: T } | undefined {
  try {
    return { is: run() };
  } catch {
    return undefined;
  }
}
