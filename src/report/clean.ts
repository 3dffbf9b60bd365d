/**
 * Text from a recording or a source file, safe to print on one line: line breaks become spaces; other control
 * characters and those that reorder or hide text are removed, so that a file name or a request path cannot send
 * commands to the terminal or forge lines of the report.
 */
export function clean(text: string): string {
  return text.replace(BREAKS, ' ').replace(UNSAFE, '');
}

/** The same for JSON text, without loss: characters that JSON allows but a terminal acts on become `\uXXXX`. */
export function escapeJson(json: string): string {
  return json.replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// Written as numbers, so that the pattern can be read: C0 and C1 controls, zero-width and directional marks.
const characters = (...ranges: [from: number, to: number][]): string =>
  ranges.map(([from, to]) => `${String.fromCharCode(from)}-${String.fromCharCode(to)}`).join('');
const CONTROLS = characters(
  [0x7f, 0x9f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
);
const LINE_MARKS = characters([0x2028, 0x2029]);
const BREAKS = new RegExp(`[\\t\\n\\v\\f\\r\\x85${LINE_MARKS}]+`, 'g');
const UNSAFE = new RegExp(`[${characters([0, 0x1f])}${CONTROLS}]`, 'g');
const UNSAFE_IN_JSON = new RegExp(`[${CONTROLS}${LINE_MARKS}]`, 'g');
