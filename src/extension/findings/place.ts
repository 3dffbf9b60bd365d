import type { Finding } from '../../model/finding.ts';

/** Where a finding stands in the text as it is now. Lines count from 1. */
export interface Place {
  line: number;
  /** True when the measured line is no longer there as it was: its number speaks of older code. */
  stale: boolean;
}

/** The part of a text document that placing needs. Lines count from 1. */
export interface Lines {
  readonly count: number;
  text(line: number): string;
}

/**
 * Finds the line that was measured: where edits moved it, else the only line in the file with the same text, else the
 * old number, marked stale. Without {@link Finding.lineText} the number is believed.
 */
export function placeOf(finding: Finding, lines: Lines, moved: (line: number) => number): Place {
  const expected = Math.min(Math.max(1, moved(finding.location.line)), Math.max(1, lines.count));
  const wanted = finding.lineText?.trim();
  if (!wanted || lines.text(expected).trim() === wanted) return { line: expected, stale: false };
  const only = onlyLine(wanted, lines);
  return only === undefined ? { line: expected, stale: true } : { line: only, stale: false };
}

/** A change of a document: lines `first`..`last` (from 1) were rewritten, what stood below moved by `delta` lines. */
export interface LineEdit {
  first: number;
  last: number;
  delta: number;
}

/** Carries line numbers of a recording through the edits made since, so that they stay on their lines while one types. */
export class LineShift {
  readonly #edits: LineEdit[] = [];

  add(edit: LineEdit): void {
    if (edit.delta !== 0) this.#edits.push(edit);
  }

  /** Where a line of the original text is now. */
  moved(line: number): number {
    let now = line;
    for (const { first, last, delta } of this.#edits) {
      if (now > last) now += delta;
      else if (now > first) now = Math.max(first, Math.min(now, last + delta));
    }
    return now;
  }
}

/**
 * The edit that replaces `from`..`to` (lines and characters from 0) with `text`. A change that begins and ends at the
 * start of a line leaves the line it ends on whole.
 */
export function lineEdit(
  from: { line: number; character: number },
  to: { line: number; character: number },
  text: string,
): LineEdit {
  const whole = from.character === 0 && to.character === 0;
  return {
    first: from.line + 1,
    last: whole ? to.line : to.line + 1,
    delta: text.split('\n').length - 1 - (to.line - from.line),
  };
}

/** Too short to be recognised elsewhere: `}` stands in every file. */
const SHORT = 8;

function onlyLine(wanted: string, lines: Lines): number | undefined {
  if (wanted.length < SHORT) return undefined;
  let found: number | undefined;
  for (let line = 1; line <= lines.count; line++) {
    if (lines.text(line).trim() !== wanted) continue;
    if (found !== undefined) return undefined;
    found = line;
  }
  return found;
}
