/**
 * What people would call a function without a name, by the text before it: `callback of app.get('/users')` for what is
 * given to a call, the method for the body that a compiler made of an async method. Undefined where the text does not tell.
 *
 * @param line where the function begins, as V8 tells it: at its parameters or before; from 1
 * @param told V8's name for it, if any. V8 infers one for a function that is given to a call, also from a property of a
 * later argument: what does not stand before it is not its name.
 */
export function nameInText(text: string, line: number, column: number, told = ''): string | undefined {
  let start = 0;
  for (let n = 1; n < line; n++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  const begin = start + column - 1;
  const before = text.slice(Math.max(0, begin - LOOKED_AT), begin);
  const own = told.replace(/^.*[.#]/, '');
  if (told !== '' && (!NAME.test(own) || isGiven(before, own))) return undefined;
  const compiled = COMPILED.exec(before);
  if (compiled) return compiled[1] ?? compiled[2];
  const [, callee, quoted] = CALLBACK.exec(before) ?? [];
  if (callee === undefined || KEYWORD.test(callee)) return undefined;
  return `callback of ${callee}${quoted === undefined ? '' : `(${quoted})`}`;
}

/** Whether a name is given to something in a text, or stands at its end: `name = `, `name: `, `name(`. */
const isGiven = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replaceAll('$', '\\$')}\\s*(?:[=:(]|$)`, 'u').test(text);

const NAME = /^[\p{L}\p{N}_$]+$/u;
const LOOKED_AT = 300;
/** `app.get('/users', check, async `: the text, when it is one, comes first; then what is no call itself. */
const CALLBACK =
  /([\p{L}_$][\p{L}\p{N}_$]*(?:\.#?[\p{L}_$][\p{L}\p{N}_$]*){0,4})\((?:\s*('[^'\n]{1,60}'|"[^"\n]{1,60}")\s*,)?(?:\s*[\p{L}\p{N}_$.]{1,60}\s*,){0,5}\s*(?:async\s*)?(?:function\s*\*?\s*)?$/u;
/** `run(work) { return __awaiter(this, void 0, void 0, function* `; `__async` is esbuild's. */
const COMPILED =
  /(?:([\p{L}_$][\p{L}\p{N}_$]*)\s*\([^(){}]{0,100}\)\s*\{\s*return|([\p{L}_$][\p{L}\p{N}_$]*)\s*=\s*\([^(){}]{0,100}\)\s*=>)\s+(?:\w+\.)?__(?:awaiter|async)[\w$]*\([^{}()]{0,60}function\s*\*?\s*$/u;
const KEYWORD = /^(if|for|while|switch|catch|return|function|async)$/;
