import type { Finding, Report } from './finding.ts';
import type { Problem } from './problem.ts';

/** From the extension to the page that shows a recording. */
export type ToRecordingView =
  | { type: 'loading'; name: string }
  | {
      type: 'report';
      name: string;
      report: Report;
      problems: Problem[];
      /** Paths of the findings' files as people know them, by absolute path. */
      shortPaths: Record<string, string>;
    }
  | { type: 'failed'; message: string; next: string };

/** From the page to the extension. Findings are named by their index in the report. */
export type FromRecordingView =
  | { type: 'ready' }
  | { type: 'open'; finding: number }
  | { type: 'explain'; rule: string }
  | { type: 'show-at-lines' };

/**
 * A message of the page, checked: undefined when it is none that we know. `findings` are those that were sent to it,
 * so that an index always names one.
 */
export function readFromRecordingView(
  value: unknown,
  findings: readonly Finding[],
): FromRecordingView | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const message = value as Record<string, unknown>;
  switch (message['type']) {
    case 'ready':
      return { type: 'ready' };
    case 'show-at-lines':
      return { type: 'show-at-lines' };
    case 'open': {
      const finding = message['finding'];
      return typeof finding === 'number' && findings[finding] ? { type: 'open', finding } : undefined;
    }
    case 'explain': {
      const rule = message['rule'];
      return typeof rule === 'string' && findings.some((one) => one.rule === rule)
        ? { type: 'explain', rule }
        : undefined;
    }
    default:
      return undefined;
  }
}
