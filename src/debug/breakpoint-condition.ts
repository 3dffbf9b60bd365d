import { UserError } from '../base/user-error.ts';

/** What decides, inside the process, whether a breakpoint stops. */
export interface BreakpointTerms {
  /** Tells its counter and its messages from those of others. */
  id: number;
  condition?: string | undefined;
  /** `5`, `== 5`, `> 5`, `>= 5`, `< 5`, `<= 5`, `% 5`: of the hits for which the condition holds. */
  hitCondition?: string | undefined;
  /** Text with expressions in braces; says it instead of stopping. */
  logMessage?: string | undefined;
}

/** Where our part inside the process is found, see `agent/debug.ts`. */
export const SUPPORT = 'globalThis[Symbol.for("looplens.debug")]';

/**
 * The terms as one expression for V8; undefined when it always stops. Everything is decided where the program runs:
 * a stop that is taken back would cost milliseconds, and another debugger would see it.
 * @throws UserError `usage` for a hit count that cannot be read
 */
export function compileTerms({
  id,
  condition,
  hitCondition,
  logMessage,
}: BreakpointTerms): string | undefined {
  const parts: string[] = [];
  if (filled(condition)) {
    // The line break ends a comment that the condition may end with.
    parts.push(`(()=>{try{return !!(${condition}\n)}catch(e){${SUPPORT}?.failed(${id},e);return false}})()`);
  }
  if (filled(hitCondition)) {
    const { operator, count } = readHitCondition(hitCondition);
    parts.push(`(${SUPPORT}?.hit(${id},${JSON.stringify(operator)},${count})??true)`);
  }
  if (filled(logMessage)) {
    const pieces = splitMessage(logMessage).map((piece) =>
      piece.kind === 'text'
        ? JSON.stringify(piece.text)
        : `(()=>{try{return (${piece.text}\n)}catch(e){return String(e)}})()`,
    );
    parts.push(`(${SUPPORT}?.log(${id},[${pieces.join(',')}]),false)`);
  }
  return parts.length === 0 ? undefined : parts.join('&&');
}

type HitOperator = '==' | '>' | '>=' | '<' | '<=' | '%';

function readHitCondition(text: string): { operator: HitOperator; count: number } {
  const match = /^\s*(==?=?|>=?|<=?|%)?\s*(\d{1,15})\s*$/.exec(text);
  if (!match) {
    throw new UserError(
      'usage',
      `The hit count "${text}" cannot be read.`,
      'Write a number, or one of == > >= < <= % with a number: ">= 3", "% 10".',
    );
  }
  const sign = match[1] ?? '==';
  const operator = sign.startsWith('=') ? '==' : (sign as HitOperator);
  return { operator, count: Number(match[2]) };
}

type Piece = { kind: 'text' | 'expression'; text: string };

/** `a {b.c} d` into text, expression, text. Braces within an expression must balance; a lonely one is text. */
function splitMessage(message: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  for (let k = 0; k < message.length; k++) {
    const end = message[k] === '{' ? closingBrace(message, k) : -1;
    if (end < 0) {
      text += message[k]!;
      continue;
    }
    if (text !== '') pieces.push({ kind: 'text', text });
    text = '';
    const expression = message.slice(k + 1, end).trim();
    if (expression !== '') pieces.push({ kind: 'expression', text: expression });
    k = end;
  }
  if (text !== '') pieces.push({ kind: 'text', text });
  return pieces;
}

function closingBrace(text: string, from: number): number {
  let depth = 0;
  for (let k = from; k < text.length; k++) {
    if (text[k] === '{') depth++;
    else if (text[k] === '}' && --depth === 0) return k;
  }
  return -1;
}

function filled(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
