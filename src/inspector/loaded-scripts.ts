import { setTimeout as sleep } from 'node:timers/promises';
import { OWN_URL } from '../agent/protocol.ts';
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

/** What V8 knows of the scripts of a thread. */
interface LoadedScripts {
  /** The `sourceMappingURL` of a script; '' where it has none, undefined where V8 does not know the script. */
  mapOf: (url: string) => Promise<string | undefined>;
  /** The text of a script whose map was asked for. */
  textOf: (url: string) => Promise<string | undefined>;
}

/**
 * The `sourceMappingURL` of a loaded script, by V8's own books: for code that a loader compiled in memory (`tsx`,
 * `ts-node`, `swc`), and for evaluated code. Reading them means enabling the debugger for a moment, so it is done only
 * when asked.
 */
export function createLoadedScripts(connection: Connection, pace: keyof typeof PACES): LoadedScripts {
  const { reads: maxReads, distanceMs, early } = PACES[pace];
  const known = new Map<string, { map: string; id: string }>();
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
      connection.on('Debugger.scriptParsed', ({ url, sourceMapURL: map = '', scriptId: id }: Parsed) => {
        if (collecting && url !== '') known.set(keyOf(url), { map, id });
      });
    }
    listening = true;
    collecting = true;
    await whileEnabled(connection).finally(() => (collecting = false));
  };

  const mapOf = async (url: string): Promise<string | undefined> => {
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
    return known.get(key)?.map;
  };
  return {
    mapOf,
    textOf: async (url) => {
      const id = known.get(keyOf(url))?.id;
      if (id === undefined) return undefined;
      const answer = await whileEnabled(connection, { method: 'Debugger.getScriptSource', scriptId: id });
      return (answer as { scriptSource: string } | undefined)?.scriptSource;
    },
  };
}

interface Parsed {
  url: string;
  sourceMapURL?: string;
  scriptId: string;
}

/** Enables the debugger for a moment. In one go: a `debugger` statement must not stop the program for us. */
async function whileEnabled(
  connection: Connection,
  ask?: { method: string; scriptId: string },
): Promise<unknown> {
  // To disable it where another debugger has stopped the loop would let the loop go on.
  await connection.send('Runtime.evaluate', TURN, TURN_MS);
  try {
    const [, , answer] = await Promise.all([
      connection.send('Debugger.enable', {}, ANSWER_MS),
      connection.send('Debugger.setSkipAllPauses', { skip: true }, ANSWER_MS),
      ask && connection.send(ask.method, { scriptId: ask.scriptId }, ANSWER_MS),
    ]);
    return answer;
  } finally {
    await connection.send('Debugger.disable', {}, ANSWER_MS).catch(() => undefined);
  }
}

/** Is answered by a microtask: those do not run in a loop that is stopped. */
const TURN = {
  expression: `(async () => undefined)()\n//# sourceURL=${OWN_URL}turn`,
  awaitPromise: true,
  silent: true,
};
const TURN_MS = 2000;

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
