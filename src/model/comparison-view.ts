import type { Change } from './comparison.ts';

/** From the extension to the page that shows a comparison: rows in words, so that the page says what the command says. */
export type ToComparisonView =
  | { type: 'loading'; name: string }
  | { type: 'comparison'; rows: ComparisonRows; problems: string[] }
  | { type: 'failed'; message: string; next: string };

/** A comparison in words. */
export interface ComparisonRows {
  /** The verdict as a sentence. */
  verdict: string;
  tone: 'better' | 'worse' | 'mixed' | 'same';
  base: ComparedFile;
  head: ComparedFile;
  /** The loop's figures, one each. */
  loop: string[];
  findings: FindingRow[];
  routes: RouteRow[];
  lines: LineRow[];
}

export interface ComparedFile {
  name: string;
  /** `8.0 s · 412 requests · v24.1.0` */
  details: string;
}

interface Row {
  change: Change;
  /** `no difference` */
  changeWords: string;
}

export interface FindingRow extends Row {
  message: string;
  place: string;
  rule: string;
  /** What it costs in both; '' where nothing was measured. */
  cost: string;
}

export interface RouteRow extends Row {
  route: string;
  requests: string;
  /** Figures of both; '' where either has none. */
  p50: string;
  p95: string;
  p99: string;
  /** Where the time of its median requests went; '' where it is not known. */
  shares: string;
}

export interface LineRow extends Row {
  place: string;
  cost: string;
  share: string;
}

/** From the page to the extension. Rows are named by their index. */
export type FromComparisonView =
  | { type: 'ready' }
  | { type: 'open'; list: 'findings' | 'lines'; index: number }
  | { type: 'explain'; rule: string }
  | { type: 'swap' };

/** A message of the page, checked: undefined when it is none that we know, or names a row that is not in `rows`. */
export function readFromComparisonView(
  value: unknown,
  rows: Pick<ComparisonRows, 'findings' | 'lines'> | undefined,
): FromComparisonView | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, list, index, rule } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
    case 'swap':
      return { type };
    case 'open':
      return (list === 'findings' || list === 'lines') && typeof index === 'number' && rows?.[list][index]
        ? { type, list, index }
        : undefined;
    case 'explain':
      return typeof rule === 'string' && rows?.findings.some((one) => one.rule === rule)
        ? { type, rule }
        : undefined;
    default:
      return undefined;
  }
}
