import type { CallPath } from './call-path.ts';

/** A sample's place in the call tree: node `node` of profile `profile`. */
export interface ProfilePlace {
  path: CallPath;
  ticks: readonly { line: number; count: number }[];
}

/** The line with most ticks; undefined where none is known. */
export function busiestLine(ticks: ProfilePlace['ticks']): number | undefined {
  let best: { line: number; count: number } | undefined;
  for (const tick of ticks) if (!best || tick.count > best.count) best = tick;
  return best?.line;
}
