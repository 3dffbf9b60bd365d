import { readTokens } from './tokens.ts';
import type { Token } from './tokens.ts';

/** A place in a text; line and column from 1. */
interface TextPlace {
  line: number;
  column: number;
}

/** A call in a text: `this.pool.acquire()`. */
export interface Chain {
  /** What it is called on: `['this', 'pool']`; empty for a plain function. */
  object: string[];
  /** Name of the function: `acquire`. */
  method: string;
}

/** A call that a function has awaited. */
export interface EarlierCall extends Chain, TextPlace {
  /** Whether its answer was put into a variable. */
  answered: boolean;
  /** Whether what it took is given back further on, so that it was taken for a while. */
  returned: boolean;
}

/**
 * Calls that a function awaited on its way to where it stands now, without those whose object or answer it has used
 * since then to give something back. A reading of the text, not a proof: branches are taken to have been gone through.
 * Never fails; of a text that is no JavaScript it makes nothing.
 *
 * @param begin where the function begins, as V8 tells it: at its parameters or before
 * @param end where it stands: at an `await`
 */
export function earlierCalls(text: string, begin: TextPlace, end: TextPlace): EarlierCall[] {
  const lines = lineStarts(text, Math.max(begin.line, end.line));
  const from = (lines[begin.line - 1] ?? Infinity) + begin.column - 1;
  const to = (lines[end.line - 1] ?? Infinity) + end.column - 1;
  if (!(from < to && to <= text.length && to - from <= MAX_LENGTH)) return [];
  const tokens = readTokens(text, from, Math.min(text.length, to + MAX_AHEAD));
  const scopes = new Scopes();
  const found: (Chain & TextPlace & { answer: string[]; returned: boolean })[] = [];
  for (let k = 0; k < tokens.length; k++) {
    scopes.enter(tokens, k);
    const token = tokens[k]!;
    const ahead = token.at >= to;
    if (ahead && (found.length === 0 || scopes.functions === 0)) break;
    // Compilers for old engines made `yield` of it.
    const awaits = /^(await|yield)$/.test(token.text);
    const chain = awaits || NAME.test(token.text) ? chainAt(tokens, awaits ? k + 1 : k) : undefined;
    if (!chain || (!awaits && /^(\.|await|yield)$/.test(tokens[k - 1]?.text ?? ''))) continue;
    if (ahead)
      for (const earlier of found)
        earlier.returned ||=
          (chain.object.length === 0 || RELEASES.test(chain.method)) && givesBack(chain, earlier);
    else if (!awaits) remove(found, (earlier) => givesBack(chain, earlier));
    else if (scopes.functions === 1)
      found.push({ ...chain, ...placeOf(lines, token.at), answer: answerOf(tokens, k), returned: false });
  }
  return found.map(({ object, method, line, column, answer, returned }) => ({
    object,
    method,
    line,
    column,
    answered: answer.length > 0,
    returned,
  }));
}

function remove<T>(list: T[], which: (each: T) => boolean): void {
  for (let n = list.length - 1; n >= 0; n--) if (which(list[n]!)) list.splice(n, 1);
}

/** A function that is called in what is awaited, and whether it is given a function written there. */
interface AwaitedCall {
  method: string;
  given: 'function' | 'other';
}

/**
 * The calls in what is awaited where a function stands: of `await pool.acquire()` that of `acquire`, of
 * `await Promise.all(urls.map((url) => limit(load, url)))` all three. Not those in bodies of functions.
 */
export function awaitedCalls(text: string, { line, column }: TextPlace): AwaitedCall[] {
  const start = lineStarts(text, line)[line - 1];
  if (start === undefined) return [];
  const from = start + column - 1;
  const tokens = readTokens(text, from, Math.min(text.length, from + MAX_AWAITED));
  const found: AwaitedCall[] = [];
  let depth = 0;
  let bodies = 0;
  for (let k = 0; k < tokens.length; k++) {
    const { text: word } = tokens[k]!;
    if (word === '{') bodies++;
    else if (word === '}') bodies--;
    if (/^[([{]$/.test(word)) depth++;
    else if (/^[)\]}]$/.test(word)) depth--;
    if (depth < 0 || (depth === 0 && (/^[;,}]$/.test(word) || beginsStatement(tokens, k)))) break;
    if (bodies > 0 || tokens[k - 1]?.text === '.') continue;
    const chain = NAME.test(word) ? chainAt(tokens, k) : undefined;
    if (!chain || AFTER_WORD.test(chain.method)) continue;
    // Behind the names, the dots between them and the bracket.
    const given = tokens.slice(k + chain.object.length * 2 + 2);
    found.push({ method: chain.method, given: beginsFunction(given) ? 'function' : 'other' });
  }
  return found;
}

/** Where a semicolon was left out: a word behind a value. */
const beginsStatement = (tokens: readonly Token[], k: number): boolean =>
  NAME.test(tokens[k]!.text) && /^[)\]}]$/.test(tokens[k - 1]?.text ?? '');

/** What begins a function: `async`, `function`, `(a, b) =>`, `a =>`. */
function beginsFunction(tokens: readonly Token[]): boolean {
  if (/^(async|function)$/.test(tokens[0]?.text ?? '')) return true;
  const end = tokens[0]?.text === '(' ? tokens.findIndex(({ text }) => text === ')') : 0;
  return end >= 0 && tokens[end + 1]?.text === '=>';
}

/**
 * The call that a function written there is given to, with nothing before it: `lock.run` for what begins behind
 * `lock.run(async `. What stands before it may be a key.
 */
export function givenTo(text: string, { line, column }: TextPlace): Chain | undefined {
  const start = lineStarts(text, line)[line - 1];
  if (start === undefined) return undefined;
  const begin = start + column - 1;
  const names = GIVEN.exec(text.slice(Math.max(0, begin - MAX_BEFORE), begin))?.[1]?.split('.');
  return names && { object: names.slice(0, -1), method: names.at(-1)! };
}

const GIVEN =
  /([\p{L}_$][\p{L}\p{N}_$]*(?:\.#?[\p{L}_$][\p{L}\p{N}_$]*){0,4})\(\s*(?:async\s*)?(?:function\s*\*?\s*)?$/u;
const MAX_BEFORE = 200;
const MAX_AWAITED = 500;
/** Before a bracket, these are no functions. */
const AFTER_WORD = /^(if|for|while|switch|catch|function|await|async|return)$/;

/** Longer functions are generated. */
const MAX_LENGTH = 200_000;
/** How far behind the place what was taken is given back. */
const MAX_AHEAD = 20_000;
const NAME = /^[\p{L}_$#]/u;
const RELEASES =
  /^(release|unlock|free|give|put|return|restore|close|end|destroy|dispose|leave|exit|done|signal|commit|rollback)/i;

/** Whether a call that is not awaited gives back what `earlier` took. */
function givesBack({ object, method }: Chain, earlier: Chain & { answer: string[] }): boolean {
  const [root] = object;
  if (root === undefined) return earlier.answer.includes(method);
  if (object.join('.') === earlier.object.join('.')) return method !== earlier.method;
  return earlier.answer.includes(root) && RELEASES.test(method);
}

/** `a.b.c(` from a token on. */
function chainAt(tokens: readonly Token[], first: number): Chain | undefined {
  const names: string[] = [];
  for (let k = first; NAME.test(tokens[k]?.text ?? ''); k += 2) {
    names.push(tokens[k]!.text);
    const next = tokens[k + 1]?.text;
    if (next === '(') return { object: names.slice(0, -1), method: names.at(-1)! };
    if (next !== '.') return undefined;
  }
  return undefined;
}

/** Variables that get the answer of the `await` at a token: `x = await`, `[x, y] = await`, `{ x } = await`. */
function answerOf(tokens: readonly Token[], at: number): string[] {
  if (tokens[at - 1]?.text !== '=') return [];
  const last = tokens[at - 2]?.text ?? '';
  if (NAME.test(last)) return [last];
  const opening = last === ']' ? '[' : last === '}' ? '{' : undefined;
  const names: string[] = [];
  for (let k = at - 3; opening && k >= 0 && k > at - 40 && tokens[k]!.text !== opening; k--) {
    if (NAME.test(tokens[k]!.text)) names.push(tokens[k]!.text);
  }
  return names;
}

/** Follows which function a token belongs to, by the brackets before it. */
class Scopes {
  readonly #open: { bracket: string; before: string; isFunction: boolean }[] = [];
  /** What stood before the bracket that was closed last. */
  #closed = '';
  functions = 0;

  enter(tokens: readonly Token[], k: number): void {
    const { text } = tokens[k]!;
    const before = tokens[k - 1]?.text ?? '';
    if (text === '(' || text === '[') this.#push(text, before, false);
    else if (text === '{') this.#push(text, before, this.#isBody(before));
    else if (text === '=>' && tokens[k + 1]?.text !== '{') this.#push('=>', before, true);
    else if (text === ',' || text === ';') this.#endArrows();
    else if (text === ')' || text === ']' || text === '}') {
      this.#endArrows();
      this.#pop();
    }
  }

  /** The first block is the function's own body; others follow `=>`, or parameters. */
  #isBody(before: string): boolean {
    if (this.functions === 0) return !this.#open.some(({ bracket }) => bracket !== '=>');
    return before === '=>' || (before === ')' && !BLOCKS.test(this.#closed));
  }

  #push(bracket: string, before: string, isFunction: boolean): void {
    this.#open.push({ bracket, before, isFunction });
    if (isFunction) this.functions++;
  }

  #pop(): void {
    const closed = this.#open.pop();
    if (!closed) return;
    this.#closed = closed.before;
    if (closed.isFunction) this.functions--;
  }

  #endArrows(): void {
    while (this.#open.at(-1)?.bracket === '=>') this.#pop();
  }
}

const BLOCKS = /^(if|for|while|switch|catch|with|await)$/;

function lineStarts(text: string, last: number): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && starts.length < last; at = text.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

function placeOf(lines: readonly number[], at: number): TextPlace {
  const line = lines.findLastIndex((start) => start <= at);
  return { line: line + 1, column: at - lines[line]! + 1 };
}
