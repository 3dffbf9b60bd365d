import type { KnownHolder } from './known-classes.ts';

const RANKS = ['child-process', 'worker', 'dns', 'http', 'fs', 'timer', 'net', 'stream', 'event'];
const rank = ({ kind, detail }: KnownHolder): number =>
  // Of two ends of a pipe the one that takes no more is to blame.
  (detail.endsWith('bytes buffered') ? -3 : 0) +
  RANKS.indexOf(kind) * 10 +
  (/^"error"/.test(detail) ? 2 : BY_THE_WAY.test(detail) ? 1 : 0);

/** Events that those who wait for something else listen to as well. */
const BY_THE_WAY = /^"(close|abort\w*|fail\w*|reject\w*|cancel\w*|timeout|disconnect\w*)"/;

/** Orders what was found: what says most first, the same in every heap. */
export const byMeaning = (a: KnownHolder & { depth: number }, b: KnownHolder & { depth: number }): number =>
  rank(a) - rank(b) || a.depth - b.depth || (a.detail < b.detail ? 1 : -1);
