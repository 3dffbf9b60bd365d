import fs from 'node:fs';

/** What a file looks like without being read: size in bytes, times of its last changes in ms, its number. */
export type Stamp = readonly [size: number, modified: number, changed: number, inode: number];

/**
 * The stamp of a file; undefined for what cannot be looked at. Not asynchronous: for a thousand files that costs ten
 * times the processor time, and nobody waits beside a command.
 */
export function stampOf(file: string): Stamp | undefined {
  try {
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    return stats && [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino];
  } catch {
    return undefined;
  }
}

/** Whether two stamps are of the same content. */
export const isSameStamp = (a: Stamp, b: Stamp): boolean => a.every((figure, at) => figure === b[at]);

/**
 * Coarsest step of a file system's clock, FAT's, ms: a file that was written later than this before it was read may be
 * written again and look the same.
 */
const COARSEST_MS = 2_000;

/** Whether a stamp that was taken at a time tells the content from every later one. */
export const isSettled = ([, modified, changed]: Stamp, takenAt: number): boolean =>
  Math.max(modified, changed) < takenAt - COARSEST_MS;
