import os from 'node:os';
import { regexpKey, type JudgedRegexp, type RegexpText } from '../../lint/regexps/verdict.ts';
import type { Problem } from '../../model/problem.ts';
import { startRegexpsClient } from '../regexps-client.ts';
import type { VerdictStore } from './verdicts.ts';

/** Verdicts of the full check. */
export interface Judgement {
  /** Those on some expressions, as far as there are any. */
  on(texts: readonly RegexpText[]): JudgedRegexp[];
  /** Whether there is a verdict on each that another check would come to, too. */
  isWhole: boolean;
  problems: Problem[];
}

/** Steps of the full check in one run, about a minute of a processor. */
const MAX_STEPS = 1_000_000;

/** Threads at work: each holds a hundred megabytes and more. */
const MAX_THREADS = 4;

/**
 * Checks regular expressions in full, in an order of their own, until the steps of all together reach the limit. What
 * an expression costs is remembered with its verdict and counts the same, so that a run with a cache says what one
 * without it does.
 *
 * @throws the signal's reason once it is aborted
 */
export async function judgeRegexps(
  texts: readonly RegexpText[],
  store: VerdictStore,
  signal: AbortSignal | undefined,
): Promise<Judgement> {
  const wanted = [...new Map(texts.map((text) => [regexpKey(text), text]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
  const judged = await checkInOrder(wanted, store, signal);
  const verdicts = new Map<string, JudgedRegexp>();
  let steps = 0;
  for (const one of judged) {
    steps += one.steps ?? 0;
    if (steps > MAX_STEPS) break;
    verdicts.set(regexpKey(one), one);
  }
  return {
    on: (some) => some.flatMap((text) => verdicts.get(regexpKey(text)) ?? []),
    isWhole: wanted.every((text) => verdicts.get(regexpKey(text))?.steps !== undefined),
    problems: leftOut(wanted.length - verdicts.size),
  };
}

/** At least as many as the limit has room for, from the first one on. */
async function checkInOrder(
  wanted: readonly RegexpText[],
  store: VerdictStore,
  signal: AbortSignal | undefined,
): Promise<JudgedRegexp[]> {
  const threads = Math.min(MAX_THREADS, os.availableParallelism());
  const client = startRegexpsClient({ threads });
  const dispose = (): void => client.dispose();
  signal?.addEventListener('abort', dispose, { once: true });
  const judged: JudgedRegexp[] = [];
  let steps = 0;
  const pending = wanted.entries();
  const work = async (): Promise<void> => {
    for (const [at, text] of pending) {
      signal?.throwIfAborted();
      const known = store.get(text) ?? (await client.check(regexpKey(text), [text]))[0];
      signal?.throwIfAborted();
      if (!known) return;
      store.put(known);
      judged[at] = known;
      steps += known.steps ?? 0;
      if (steps > MAX_STEPS) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: threads }, work));
  } finally {
    signal?.removeEventListener('abort', dispose);
    dispose();
  }
  return judged;
}

function leftOut(count: number): Problem[] {
  if (count === 0) return [];
  const message = `${count} regular expressions were judged by the fast check alone: the full check of the others took all the time that there is for it.`;
  return [{ code: 'regexps-unchecked', message }];
}
