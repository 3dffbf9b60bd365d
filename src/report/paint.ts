import type { Severity } from '../model/finding.ts';

/** `ansi` colours with the terminal's own palette, `none` leaves the text as it is. */
export type Colour = 'ansi' | 'none';

/** Colours of the text report. */
export interface Paint {
  severity(severity: Severity, text: string): string;
  strong(text: string): string;
  quiet(text: string): string;
  /** A place that can be opened. */
  place(text: string): string;
}

/** The paint for `colour`. */
export function paintOf(colour: Colour): Paint {
  const code = (on: number, off: number) => (text: string) =>
    colour === 'ansi' && text ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  const severities = { error: code(31, 39), warning: code(33, 39), info: code(34, 39), hint: code(90, 39) };
  return {
    severity: (severity, text) => severities[severity](text),
    strong: code(1, 22),
    quiet: code(2, 22),
    place: code(36, 39),
  };
}
