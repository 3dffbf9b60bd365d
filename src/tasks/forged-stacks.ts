import type { HeapThread, RemoteHandle } from '../inspector/heap-port.ts';

/** A suspended function as V8 tells it; lines and columns from 1, of the running code. */
export interface RawTaskFrame {
  /** As V8 names it; '' for none. */
  name: string;
  /** Class of the object whose method it is; '' for none. */
  type: string;
  url: string;
  line: number;
  column: number;
  kind: 'await' | 'all' | 'all-settled' | 'any';
}

/** Who waits for each promise of an array. */
export interface PromiseStacks {
  /** Different stacks, innermost frame first; the first one is the empty one. */
  stacks: RawTaskFrame[][];
  /** For each promise of the array its stack. 0: nobody waits, or two do, or it is settled, or it was not asked. */
  stackOf: Uint32Array;
  /** How many were asked. */
  asked: number;
}

/** Why there are no stacks: `patched`: the program replaced `Promise.prototype.then`. `silent`: no answer in time. */
export type NoStacks = 'patched' | 'silent';

/**
 * Reads the exact stacks of everything that waits for the promises of an array, without touching them.
 *
 * When an Error is made inside a promise reaction, V8 appends the async stack of the promise which that reaction will
 * settle. A species constructor may answer any object as that promise, so a reaction of ours can pretend to settle
 * each of the promises: the functions that await it then follow in the error's stack. The promise gets no reaction and
 * is never settled. V8 stops at a promise with two or more reactions.
 */
export async function readStacks(
  thread: HeapThread,
  promises: RemoteHandle,
  options: StackOptions,
): Promise<PromiseStacks | NoStacks> {
  const { timeoutMs, budgetMs = Infinity, signal } = options;
  const table = new StackTable();
  const until = performance.now() + budgetMs;
  let stackOf = new Uint32Array(0);
  let asked = 0;
  /** Parts that were read when the last new stack was seen. */
  let newest = 0;
  // In parts, so that the program's loop turns in between. The first answer tells how many there are.
  for (let part = 0, parts = 1; part < parts; part++) {
    signal?.throwIfAborted();
    // Nothing new in the second half of what was read: what is missing is rare.
    if (part >= LEAST_PARTS && part >= newest * 2 && performance.now() > until) break;
    const offset = offsetOf(part, parts);
    const source = `function() { return (${stacksInside.toString()})(this, ${offset}, ${PART}); }`;
    let answer: InsideAnswer;
    try {
      answer = await thread.call<InsideAnswer>(promises, source, 'promise', timeoutMs);
    } catch (error) {
      if (isTimeout(error)) return 'silent';
      throw error;
    }
    if (answer === 'patched') return 'patched';
    const { step } = answer;
    if (part === 0) {
      stackOf = new Uint32Array(answer.length);
      parts = step;
    }
    const before = table.stacks.length;
    const known = answer.stacks.map((frames) => table.add(frames));
    if (table.stacks.length > before) newest = part + 1;
    answer.of.forEach((stack, k) => (stackOf[offset + k * step] = stack < 0 ? 0 : known[stack]!));
    asked += answer.of.length;
  }
  return { stacks: table.stacks, stackOf, asked };
}

export interface StackOptions {
  /** For one answer, ms. */
  timeoutMs: number;
  /** After this time, ms, a part of the promises is enough, spread evenly, once it brings no new stacks. Default: no end. */
  budgetMs?: number;
  signal?: AbortSignal;
}

/** Promises asked about at once: some 10 ms of the program's time. */
const PART = 2000;
const LEAST_PARTS = 4;

/** Each part is every so manieth promise; those that were made together are looked at in different parts. */
function offsetOf(part: number, parts: number): number {
  let stride = Math.max(1, Math.round(parts * 0.618));
  while (gcd(stride, parts) > 1) stride++;
  return (part * stride) % parts;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

const isTimeout = (error: unknown): boolean => error instanceof Error && /no answer/.test(error.message);

type InsideFrame = [
  name: string,
  type: string,
  url: string,
  line: number,
  column: number,
  combinator: string,
];
/** `of` has the stacks of the promises from an offset on, `step` apart. */
type InsideAnswer = 'patched' | { length: number; step: number; stacks: InsideFrame[][]; of: number[] };

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
  isAsync(): boolean;
  toString(): string;
  /** Where the function begins; absent in some versions. */
  getEnclosingLineNumber?(): number | null;
  getEnclosingColumnNumber?(): number | null;
}

/** Runs in the process, as text: it may use nothing from outside itself. */
function stacksInside(list: object[], offset: number, part: number): Promise<InsideAnswer> | InsideAnswer {
  // eslint-disable-next-line @typescript-eslint/require-await -- for its promise alone
  const base = (async () => undefined)();
  const intrinsic = Object.getPrototypeOf(base) as Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on promises below
  const then = intrinsic.then;
  // With a patched one, our promises would run through the program's code.
  if (Function.prototype.toString.call(then) !== 'function then() { [native code] }') return 'patched';
  const noop = () => undefined;
  const stacks: InsideFrame[][] = [];
  const known = new Map<string, number>();
  const of: number[] = [];
  let target: object;
  const Forged = function (executor: (resolve: () => void, reject: () => void) => void) {
    executor(noop, noop);
    return target;
  };
  // The species comes by the prototype: an own "constructor" would switch off V8's fast path for all promises.
  const forged = Object.create(intrinsic, { constructor: { value: { [Symbol.species]: Forged } } }) as object;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- only put back
  const { prepareStackTrace, stackTraceLimit } = Error;
  const had = Object.prototype.hasOwnProperty.call(Error, 'prepareStackTrace');
  const own: unknown = prepareStackTrace;
  let reading = false;
  let stack = -1;
  /** Our reactions run in one go, so this is done once for all of them; only hooks of the program run in between. */
  const begin = (): void => {
    try {
      Error.stackTraceLimit = 200;
      Error.prepareStackTrace = (error, sites) => {
        if (!reading) {
          if (typeof own === 'function') return (own as typeof prepareStackTrace)(error, sites) as unknown;
          return [String(error), ...(sites as CallSite[]).map((site) => `    at ${site.toString()}`)].join(
            '\n',
          );
        }
        const suspended = (sites as CallSite[]).filter((site) => site.isAsync());
        if (suspended.length > 0) stack = numberOf(suspended);
        return '';
      };
    } catch {
      // Frozen intrinsics: no stacks.
    }
  };
  const end = (): void => {
    try {
      Error.stackTraceLimit = stackTraceLimit;
      if (had) Error.prepareStackTrace = prepareStackTrace;
      else Reflect.deleteProperty(Error, 'prepareStackTrace');
    } catch {
      // Frozen intrinsics: nothing was changed above either.
    }
  };
  const read = (): number => {
    stack = -1;
    reading = true;
    try {
      if (new Error().stack === undefined) stack = -1;
    } catch {
      stack = -1;
    }
    reading = false;
    return stack;
  };
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
  const step = Math.max(1, Math.ceil(list.length / part));
  for (let index = offset; index < list.length; index += step) {
    const last = index + step >= list.length;
    const reaction = then.call(base, () => {
      if (index === offset) begin();
      of.push(read());
      if (last) end();
    });
    Object.setPrototypeOf(reaction, forged);
    target = list[index]!;
    // Its capability claims to settle `target`; V8 starts only from a real promise, `reaction`.
    void then.call(reaction, noop, noop);
  }
  // After all of them: reactions run in order.
  return then.call(base, () => ({ length: list.length, step, stacks, of })) as Promise<InsideAnswer>;
}

/** Stacks by content, over several answers. */
class StackTable {
  readonly stacks: RawTaskFrame[][] = [[]];
  readonly #known = new Map<string, number>();

  add(frames: InsideFrame[]): number {
    const key = frames.join('\n');
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.stacks.push(frames.map(rawFrame)) - 1;
      this.#known.set(key, index);
    }
    return index;
  }
}

function rawFrame([name, type, url, line, column, combinator]: InsideFrame): RawTaskFrame {
  const kind = combinator === '' ? 'await' : (COMBINATORS[combinator] ?? 'all');
  return { name, type, url, line, column, kind };
}

const COMBINATORS: Partial<Record<string, RawTaskFrame['kind']>> = {
  all: 'all',
  allSettled: 'all-settled',
  any: 'any',
};
