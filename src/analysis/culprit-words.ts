import { millis } from '../base/figures.ts';
import type { Culprit } from '../model/finding.ts';

/** Culprits named in a sentence; the rest are summed up. */
const NAMED = 3;

/** Share of the first one's time from which another is named. */
const WORTH = 0.05;

/** `GET /b was 310 ms late because GET /a held the loop at report.ts:88 (295 ms) and garbage collection (12 ms)` */
export function lateSentence(route: string, ms: number, culprits: readonly Culprit[]): string {
  return `${route} was ${millis(ms)} late because ${culpritWords(culprits)}`;
}

/** `GET /a held the loop at report.ts:88 (295 ms) and garbage collection (12 ms)`; culprits with most time first. */
export function culpritWords(culprits: readonly Culprit[]): string {
  const most = Math.max(0, ...culprits.map(({ ms }) => ms));
  const named = culprits
    .slice(0, NAMED)
    .filter(({ ms }) => ms >= most * WORTH)
    .map(words);
  const rest = culprits.slice(NAMED).reduce((sum, { ms }) => sum + ms, 0);
  const all = rest >= 1 ? [...named, `other work (${millis(rest)})`] : named;
  return all.length <= 1 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)!}`;
}

function words({ ms, cause, location, route }: Culprit): string {
  const time = `(${millis(ms)})`;
  if (location) {
    const name = location.file.split(/[\\/]/).at(-1)!;
    return `${route ?? 'work of no request'} held the loop at ${name}:${location.line} ${time}`;
  }
  if (cause === 'gc') return `garbage collection held the loop ${time}`;
  return cause === 'native' ? `native code held the loop ${time}` : `many short pieces of work ${time}`;
}
