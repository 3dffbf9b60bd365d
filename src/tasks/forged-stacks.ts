import type { HeapThread, RemoteHandle } from '../inspector/heap-port.ts';
import { stacksInside } from './stacks-inside.ts';
import type { InsideAnswer, InsideFrame } from './stacks-inside.ts';

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
  for (let offset = 0; offset < parts; offset++) {
    signal?.throwIfAborted();
    const answer = await readPart(thread, promises, { offset, part: LARGE_PART, frames: 1, timeoutMs });
    if (typeof answer === 'string') return answer;
    answers.add(offset, answer);
  }
  return answers.stacks();
}

/** Promises asked about in one call: some 10 ms of the program's time. */
const PART = 2000;
const LEAST_PARTS = 4;
/** The same where the loop is held anyway: each call begins with code that V8 has not optimized. */
const LARGE_PART = 100_000;
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
    const each = of.split(',');
    // Behind the last comma there is none.
    for (let k = 0; k < each.length - 1; k++) {
      this.#stackOf[offset + k * step] = numbers[Number(each[k])] ?? 0;
    }
    this.#asked += each.length - 1;
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
