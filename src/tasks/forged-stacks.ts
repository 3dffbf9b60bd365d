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
  /** Different stacks, innermost frame first (or that frame alone); the first one is the empty one. */
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
  { timeoutMs, budgetMs, signal }: StackOptions,
): Promise<PromiseStacks | NoStacks> {
  const until = performance.now() + budgetMs;
  const answers = new Answers();
  /** Parts that were read when the last new stack was seen. */
  let newest = 0;
  // One after the other, so that the program's loop turns in between. The first answer tells how many there are.
  for (let part = 0, parts = 1; part < parts; part++) {
    signal?.throwIfAborted();
    // Nothing new in the second half of what was read: what is missing is rare.
    if (part >= LEAST_PARTS && part >= newest * 2 && performance.now() > until) break;
    const offset = offsetOf(part, parts);
    const answer = await readPart(thread, promises, {
      offset,
      part: PART,
      frames: WHOLE_STACK,
      timeoutMs,
    });
    if (typeof answer === 'string') return answer;
    parts = answer.step;
    if (answers.add(offset, answer) === 'new') newest = part + 1;
  }
  return answers.stacks();
}

export interface StackOptions {
  /** For one answer, ms. */
  timeoutMs: number;
  /** After this time, ms, a part of the promises is enough, spread evenly, once it brings no new stacks. */
  budgetMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Of each promise of an array who awaits it, and not who waits for those in turn. All is asked at once, so that
 * hardly anything of the program runs in between: what stands in a snapshot that has just been taken still does.
 *
 * @param count of the promises
 */
export async function readWaiters(
  thread: HeapThread,
  promises: RemoteHandle,
  { count, timeoutMs, signal }: { count: number; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<PromiseStacks | NoStacks> {
  const answers = new Answers();
  const parts = Math.max(1, Math.ceil(count / LARGE_PART));
  for (let first = 0; first < parts; first += MAX_PARTS) {
    signal?.throwIfAborted();
    const offsets = Array.from({ length: Math.min(MAX_PARTS, parts - first) }, (_, k) => first + k);
    const read = offsets.map((offset) =>
      readPart(thread, promises, { offset, part: LARGE_PART, frames: 1, timeoutMs }),
    );
    for (const [k, answer] of (await Promise.all(read)).entries()) {
      if (typeof answer === 'string') return answer;
      answers.add(offsets[k]!, answer);
    }
  }
  return answers.stacks();
}

/** Promises asked about in one call: some 10 ms of the program's time. */
const PART = 2000;
const LEAST_PARTS = 4;
/** Where the loop is held anyway: each call begins with code that V8 has not optimized. */
const LARGE_PART = 25_000;
/** That are under way: half a second of the program's time. */
const MAX_PARTS = 4;
/** Functions that wait for each other; V8 has a limit of its own for deeper ones. */
const WHOLE_STACK = 200;

interface PartOptions {
  offset: number;
  part: number;
  frames: number;
  timeoutMs: number;
}

async function readPart(
  thread: HeapThread,
  promises: RemoteHandle,
  { offset, part, frames, timeoutMs }: PartOptions,
): Promise<Exclude<InsideAnswer, 'patched'> | NoStacks> {
  const source = `function() { return (${stacksInside.toString()})(this, ${offset}, ${part}, ${frames}); }`;
  try {
    return await thread.call<InsideAnswer>(promises, source, 'promise', timeoutMs);
  } catch (error) {
    if (isTimeout(error)) return 'silent';
    throw error;
  }
}

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
  toString(): string;
  /** Where the function begins; absent in some versions. */
  getEnclosingLineNumber?(): number | null;
  getEnclosingColumnNumber?(): number | null;
}

/** Runs in the process, as text: it may use nothing from outside itself. */
function stacksInside(
  list: object[],
  offset: number,
  part: number,
  depth: number,
): Promise<InsideAnswer> | InsideAnswer {
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
  const errors: Error[] = [];
  const keep = (error: Error): number => errors.push(error);
  void then.call(base, () => {
    limitTo(200);
    readSites([V8Error()], (sites) => (below = sites.length - 1));
    limitTo(below + depth);
  });
  const step = Math.max(1, Math.ceil(list.length / part));
  for (let index = offset; index < list.length; index += step) {
    // The constructor itself is called, so that who waits comes first in the stack.
    const reaction = then.call(base, V8Error);
    Object.setPrototypeOf(reaction, forged);
    target = list[index]!;
    // Its capability claims to settle `target`; V8 starts only from a real promise, `reaction`.
    void then.call(reaction, keep as never, noop);
  }
  // Reactions run in order: this one after all of those, and the answer after what came of them.
  const done = then.call(base, () => limitTo('as before'));
  return then.call(done, () => {
    const of = errors.map(() => -1);
    readSites(errors, (sites, index) => {
      if (sites.length > below) of[index] = numberOf(sites.slice(below));
    });
    return { length: list.length, step, stacks, of };
  }) as Promise<InsideAnswer>;
}

/** Stacks by content, over several answers. */
class Answers {
  readonly #stacks: RawTaskFrame[][] = [[]];
  readonly #known = new Map<string, number>();
  #stackOf = new Uint32Array(0);
  #asked = 0;

  /** `new`: it has stacks that none before had. */
  add(offset: number, { length, step, stacks, of }: Exclude<InsideAnswer, 'patched'>): 'new' | 'known' {
    if (this.#asked === 0) this.#stackOf = new Uint32Array(length);
    const before = this.#stacks.length;
    const numbers = stacks.map((frames) => this.#number(frames));
    of.forEach((stack, k) => (this.#stackOf[offset + k * step] = stack < 0 ? 0 : numbers[stack]!));
    this.#asked += of.length;
    return this.#stacks.length > before ? 'new' : 'known';
  }

  stacks(): PromiseStacks {
    return { stacks: this.#stacks, stackOf: this.#stackOf, asked: this.#asked };
  }

  #number(frames: InsideFrame[]): number {
    const key = frames.join('\n');
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#stacks.push(frames.map(rawFrame)) - 1;
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
