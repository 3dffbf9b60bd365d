import type { PlacedFinding } from '../findings/placed.ts';
import { inlineText } from '../findings/words.ts';

/** What is said beside one line of code: the worst of its findings, and how many more there are. */
export interface LineText {
  /** Counts from 0. */
  line: number;
  text: string;
  stale: boolean;
  placed: PlacedFinding;
}

/** One text for each line that was measured, in order of lines. */
export function lineTexts(placed: readonly PlacedFinding[]): LineText[] {
  const byLine = new Map<number, PlacedFinding[]>();
  for (const one of placed) {
    if (inlineText(one.finding) === undefined) continue;
    const line = one.range.start.line;
    byLine.set(line, [...(byLine.get(line) ?? []), one]);
  }
  return [...byLine]
    .sort(([a], [b]) => a - b)
    .map(([line, all]) => {
      // What is fresh speaks first; among equals the order is by seriousness already.
      const first = all.find(({ stale }) => !stale) ?? all[0]!;
      const rules = new Set(all.filter(isMeasured).map(({ finding }) => finding.rule));
      const more = rules.size > 1 ? `  +${rules.size - 1}` : '';
      const said = `${inlineText(first.finding) ?? ''}${more}`;
      return {
        line,
        stale: first.stale,
        placed: first,
        text: first.stale ? `before the edit: ${said}` : said,
      };
    });
}

/** A hint that carries evidence repeats the measured finding beside it: it does not count as one more. */
function isMeasured({ finding }: PlacedFinding): boolean {
  return finding.confidence === 'measured';
}
