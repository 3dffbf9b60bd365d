/** A word, number or mark of a JavaScript text, and where it stands. */
export interface Token {
  text: string;
  at: number;
}

/**
 * Words and marks of a part of a JavaScript text, without comments, strings, templates and regular expressions: as much
 * as is needed to see calls and brackets. `?.` is told as `.`, `=>` as one; never fails.
 */
export function readTokens(text: string, from: number, to: number): Token[] {
  const tokens: Token[] = [];
  for (let at = from; at < to;) {
    const code = text[at]!;
    const next = text[at + 1];
    if (code === '/' && next === '/') at = endOf(text, '\n', at);
    else if (code === '/' && next === '*') at = endOf(text, '*/', at + 2);
    else if (code === '"' || code === "'") at = endOfQuoted(text, at);
    else if (code === '`') at = endOfTemplate(text, at, to);
    else if (code === '/' && startsPattern(tokens.at(-1)?.text)) at = endOfPattern(text, at);
    else if (/\s/.test(code)) at++;
    else {
      const [word] = WORD.exec(text.slice(at, Math.min(at + MAX_WORD, to))) ?? [code];
      tokens.push({ text: word === '?.' ? '.' : word, at });
      at += word.length;
    }
  }
  return tokens;
}

const MAX_WORD = 200;
const WORD = /^(?:#?[\p{L}\p{N}_$]+|=>|\?\.(?!\d)|[=!<>]=+|\+\+|--)/u;

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end + mark.length;
}

function endOfQuoted(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[from] || text[at] === '\n') return at + 1;
  }
  return text.length;
}

/** What is computed inside a template is left out, other templates in it included. */
function endOfTemplate(text: string, from: number, to: number): number {
  /** Of each `${` that is open, the braces open within. */
  const braces: number[] = [];
  let inText = true;
  for (let at = from + 1; at < to; at++) {
    const code = text[at];
    const inner = braces.length - 1;
    if (code === '\\') at++;
    else if (code === '`') {
      if (inText && braces.length === 0) return at + 1;
      inText = !inText;
    } else if (inText && code === '$' && text[at + 1] === '{') {
      braces.push(0);
      inText = false;
      at++;
    } else if (inText) continue;
    else if (code === '{') braces[inner]!++;
    else if (code === '}' && braces[inner]!-- === 0) {
      braces.pop();
      inText = true;
    } else if (code === '"' || code === "'") at = endOfQuoted(text, at) - 1;
  }
  return to;
}

/** A slash after a value divides; after anything else a regular expression begins. */
const startsPattern = (before: string | undefined): boolean =>
  before === undefined ||
  !/^[\p{L}\p{N}_$)\]}]/u.test(before) ||
  /^(return|typeof|case|await|in|of)$/.test(before);

function endOfPattern(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length; at++) {
    const code = text[at];
    if (code === '\\') at++;
    else if (code === '\n') return at;
    else if (code === '[') inClass = true;
    else if (code === ']') inClass = false;
    else if (code === '/' && !inClass) return at + 1;
  }
  return text.length;
}
