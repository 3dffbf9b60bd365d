import type { WaitProfile } from '../model/finding.ts';
import { clean } from './clean.ts';
import { percent, place } from './words.ts';

/** Lines that are told in text. */
const SHOWN = 5;
/** Where all functions together waited for less than this, there is nothing to tell, ms. */
const LEAST_MS = 500;

/** Where async functions waited: a line for each of the first few places. Empty where it is not worth telling. */
export function waitLines(waits: WaitProfile | undefined, cwd: string): string[] {
  if (!waits || waits.totalMs < LEAST_MS || waits.lines.length === 0) return [];
  const untold = waits.unattributedShare >= 0.01 ? `, ${percent(waits.unattributedShare)} not known` : '';
  return [
    `Where async functions waited${untold}:`,
    ...waits.lines.slice(0, SHOWN).map(({ location, share }) => {
      const holder = location.function ? `  ${clean(location.function)}` : '';
      return `  ${percent(share).padStart(6)}  ${place(location, cwd)}${holder}`;
    }),
  ];
}
