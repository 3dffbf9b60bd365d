import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/**
 * How often at most the scripts are read again for one that is not known, and how far apart, ms. In a program that we
 * started, which loads them while it is recorded, an answer waits for the next reading; one that serves is spared.
 */
const PACES = {
  eager: { reads: 12, distanceMs: 300, early: 'waits' },
  sparing: { reads: 4, distanceMs: 3000, early: 'gives up' },
} as const;
const ANSWER_MS = 5000;

/**
 * The `sourceMappingURL` of a loaded script, by V8's own books: for code that a loader compiled in memory (`tsx`,
 * `ts-node`, `swc`), and for evaluated code. Reading them means enabling the debugger for a moment, so it is done only
 * when asked.
 */
export function createLoadedScripts(
  connection: Connection,
  pace: keyof typeof PACES,
): (url: string) => Promise<string | undefined> {
  const { reads: maxReads, distanceMs, early } = PACES[pace];
  const known = new Map<string, string>();
  let collecting = false;
  let listening = false;
  let reads = 0;
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    reads++;
    await sleep(Math.max(0, readAt + distanceMs - performance.now()));
    readAt = performance.now();
    if (!listening) {
      connection.on('Debugger.scriptParsed', (script: { url: string; sourceMapURL?: string }) => {
        if (collecting && script.url !== '') known.set(keyOf(script.url), script.sourceMapURL ?? '');
      });
    }
    listening = true;
    collecting = true;
    try {
      // In one go: a `debugger` statement must not stop the program for us.
      await Promise.all([
        connection.send('Debugger.enable', {}, ANSWER_MS),
        connection.send('Debugger.setSkipAllPauses', { skip: true }, ANSWER_MS),
      ]);
    } finally {
      await connection.send('Debugger.disable', {}, ANSWER_MS).catch(() => undefined);
      collecting = false;
    }
  };

  return async (url) => {
    const key = keyOf(url);
    // One that is under way may have begun before this script was loaded.
    await reading;
    const due = early === 'waits' || performance.now() - readAt > distanceMs;
    if (!known.has(key) && reads < maxReads && due) {
      reading ??= read()
        .catch(() => undefined)
        .finally(() => (reading = undefined));
    }
    await reading;
    return known.get(key);
  };
}

/** A stack names CommonJS modules by their path, the inspector by a URL. */
function keyOf(url: string): string {
  if (!url.startsWith('file://')) return url;
  try {
    const plain = decodeURIComponent(url.slice('file://'.length).replace(/[?#].*$/, ''));
    return /^\/[a-z]:\//i.test(plain) ? plain.slice(1).replaceAll('/', '\\') : plain;
  } catch {
    return url;
  }
}
