/** A suspended function, in the order of {@link RawTaskFrame}; last the combinator's name, '' for a function. */
export type InsideFrame = [
  name: string,
  type: string,
  url: string,
  line: number,
  column: number,
  combinator: string,
];

/** `of` has the stacks of the promises from an offset on, `step` apart, with commas; -1: none. One text is told faster than numbers. */
export type InsideAnswer = 'patched' | { length: number; step: number; stacks: InsideFrame[][]; of: string };

/** The parts of V8's CallSite that are used. */
interface CallSite {
  getFunctionName(): string | null;
  getTypeName(): string | null;
  /** Property of the receiver that holds the function; null where none does. */
  getMethodName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  /** Number of the place within the script: far cheaper than line and column. */
  getPosition(): number;
  /** Index within a combinator; null for functions. */
  getPromiseIndex(): number | null;
  toString(): string;
  /** Where the function begins; absent in some versions. */
  getEnclosingLineNumber?(): number | null;
  getEnclosingColumnNumber?(): number | null;
}

/**
 * Who waits for the promises of a list, from an offset on and evenly apart, at most `part` of them. Runs in the process, as
 * text: it may use nothing from outside itself. {@link readStacks} says how it works.
 *
 * @param depth frames of each stack
 */
export function stacksInside(
  list: object[],
  offset: number,
  part: number,
  depth: number,
): Promise<InsideAnswer> | InsideAnswer {
  // What is made for one promise is garbage a moment later: of more at a time V8 would move much to where it stays.
  const AT_A_TIME = 300;
  // eslint-disable-next-line @typescript-eslint/require-await -- for its promise alone
  const base = (async () => undefined)();
  const intrinsic = Object.getPrototypeOf(base) as Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on promises below
  const then = intrinsic.then;
  // The global one may be another by now.
  const V8Error = Object.getPrototypeOf(EvalError) as { (): Error; stackTraceLimit?: number };
  const isNative = (called: unknown, name: string): boolean =>
    Function.prototype.toString.call(called) === `function ${name}() { [native code] }`;
  // With a patched one, our promises would run through the program's code.
  if (!isNative(then, 'then') || !isNative(V8Error, 'Error')) return 'patched';
  const noop = () => undefined;
  let target: object;
  const Forged = function (executor: (resolve: () => void, reject: () => void) => void) {
    executor(noop, noop);
    return target;
  };
  // The species comes by the prototype: an own "constructor" would switch off V8's fast path for all promises.
  const forged = Object.create(intrinsic, { constructor: { value: { [Symbol.species]: Forged } } }) as object;
  const limit = Object.getOwnPropertyDescriptor(V8Error, 'stackTraceLimit');
  const limitTo = (frames: number | 'as before'): void => {
    try {
      if (frames !== 'as before') V8Error.stackTraceLimit = frames;
      else if (limit) Object.defineProperty(V8Error, 'stackTraceLimit', limit);
      else Reflect.deleteProperty(V8Error, 'stackTraceLimit');
    } catch {
      // Frozen intrinsics: it stays as it is.
    }
  };
  /** Hands on the frames of each error, innermost first. Nothing else runs meanwhile. */
  const readSites = (errors: Error[], use: (sites: CallSite[], index: number) => void): void => {
    const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    let index = 0;
    // V8 makes the text when it is asked for.
    const stackOf = (error: Error): unknown => error.stack;
    try {
      Error.prepareStackTrace = (_error, sites) => {
        use(sites, index);
      };
      for (; index < errors.length; index++) stackOf(errors[index]!);
      if (before) Object.defineProperty(Error, 'prepareStackTrace', before);
      else Reflect.deleteProperty(Error, 'prepareStackTrace');
    } catch {
      // Frozen intrinsics: no stacks.
    }
  };
  const stacks: InsideFrame[][] = [];
  const known = new Map<string, number>();
  /** Frames are put in words once for each stack: all other promises with it cost little more than the Error. */
  const numberOf = (sites: CallSite[]): number => {
    let key = '';
    for (const site of sites) {
      const combinator = site.getPromiseIndex() !== null;
      const place = combinator ? site.toString().replace(/\d+/, '') : String(site.getPosition());
      key += `${place} ${site.getScriptNameOrSourceURL() ?? ''}\n`;
    }
    let number = known.get(key);
    if (number === undefined) known.set(key, (number = stacks.push(sites.map(frame)) - 1));
    return number;
  };
  const frame = (site: CallSite): InsideFrame => {
    const index = site.getPromiseIndex();
    const combinator = index === null ? '' : /^(?:async )?Promise\.(\w+) \(index/.exec(site.toString())?.[1];
    if (combinator) return ['', '', '', 0, 0, combinator];
    const url = site.getScriptNameOrSourceURL() ?? '';
    const first = site.getEnclosingLineNumber?.() === 1 && site.getEnclosingColumnNumber?.() === 1;
    const name = site.getFunctionName() ?? (first ? '(top level)' : '');
    const method = name.startsWith('#') || site.getMethodName() !== null;
    const type = method ? (site.getTypeName() ?? '') : '';
    return [name, type, url, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0, ''];
  };
  /** Frames below our reactions: those of Node's that run microtasks, where it is they that do. */
  let below = 0;
  const step = Math.max(1, Math.ceil(list.length / part));
  let of = '';
  /** Reads the stacks of some promises from an index on, all in microtasks: none of the program's turns comes between. */
  const readSome = (first: number): Promise<unknown> => {
    const errors: Error[] = [];
    const keep = (error: Error): number => errors.push(error);
    void then.call(base, () => {
      limitTo(200);
      readSites([V8Error()], (sites) => (below = sites.length - 1));
      limitTo(below + depth);
    });
    for (let index = first, n = 0; index < list.length && n < AT_A_TIME; index += step, n++) {
      // The constructor itself is called, so that who waits comes first in the stack.
      const reaction = then.call(base, V8Error);
      Object.setPrototypeOf(reaction, forged);
      target = list[index]!;
      // Its capability claims to settle `target`; V8 starts only from a real promise, `reaction`.
      void then.call(reaction, keep as never, noop);
    }
    // Reactions run in order: this one after all of those, and the next one after what came of them.
    const done = then.call(base, () => limitTo('as before'));
    return then.call(done, () => {
      const numbers = errors.map(() => -1);
      readSites(errors, (sites, index) => {
        if (sites.length > below) numbers[index] = numberOf(sites.slice(below));
      });
      for (const number of numbers) of += `${number},`;
    });
  };
  return (async () => {
    for (let first = offset; first < list.length; first += step * AT_A_TIME) await readSome(first);
    return { length: list.length, step, stacks, of };
  })();
}
