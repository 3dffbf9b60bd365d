import type { KnownHolder } from './known-classes.ts';

const RANKS = ['child-process', 'worker', 'dns', 'http', 'fs', 'timer', 'net', 'stream', 'event'];
/** Of what was found at the same distance, the lowest says most. */
export const rank = ({ kind, detail }: KnownHolder): number =>
  // Of two ends of a pipe the one that takes no more is to blame.
  (detail.endsWith('bytes buffered') ? -3 : 0) +
  RANKS.indexOf(kind) * 10 +
  (/^"error"/.test(detail) ? 2 : /^"(close|abort|aborted)"/.test(detail) ? 1 : 0);
