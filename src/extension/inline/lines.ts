import type { Told } from '../findings/store.ts';
import { inlineText } from '../findings/words.ts';

/** As much of a placed finding as the words need. */
export interface OnLine extends Told {
  stale: boolean;
  /** Lines count from 0. */
  range: { readonly start: { readonly line: number } };
}

/** What is said beside one line of code: the worst of its findings, and how many more there are. */
export interface LineText<P extends OnLine> {
  /** Counts from 0. */
  line: number;
  text: string;
  stale: boolean;
  placed: P;
}

/** One text for each line that was measured, in order of lines. */
export function lineTexts<P extends OnLine>(placed: readonly P[]): LineText<P>[] {
  const byLine = new Map<number, P[]>();
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
      const rules = new Set(all.filter(isRecorded).map(({ finding }) => finding.rule));
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
function isRecorded({ origin }: OnLine): boolean {
  return origin === 'recording';
}
