import type { Diagnostics, VulnerableDiagnostics } from 'recheck';
import recheck from 'recheck/lib/browser.js';
import { attackText } from './attack-text.ts';
import type { RegexpText, Verdict } from './verdict.ts';

/**
 * The full check of a regular expression: a proof by automata, or else a search for a slow text. Takes up to some
 * seconds of a processor, so it belongs into a thread of its own.
 *
 * What bounds it are steps, not time: the same expression gets the same verdict on every machine, busy or not.
 *
 * @returns the verdict, and what it cost: of the unit go about ten or twenty to a millisecond
 */
export function checkRegexp({ source, flags }: RegexpText): { verdict: Verdict; steps: number } {
  let steps = 0;
  const check = (kind: 'proof' | 'search', pattern = source): Diagnostics => {
    const answer = checkIn(kind, pattern, flags);
    steps += Math.ceil(answer.steps / WEIGHT[kind]);
    return answer.found;
  };
  const verdict = (): Verdict => {
    const proof = check('proof');
    if (isProven(proof)) {
      // `replace`, `matchAll` and `split` go on behind a match and so try every place of the text. So does the search for
      // what matches nowhere.
      const isFast = !flags.includes('g') || isProven(check('proof', `(?:${source})[]`));
      return { status: isFast ? 'fast' : 'undecided' };
    }
    if (proof.status === 'vulnerable') return slow(proof);
    const isInvalid = proof.status === 'unknown' && proof.error.kind === 'invalid';
    const found = isInvalid ? proof : check('search');
    return found.status === 'vulnerable' ? slow(found) : { status: 'undecided' };
  };
  return { verdict: verdict(), steps };
}

/** A search that finds nothing proves nothing. */
const isProven = (answer: Diagnostics): boolean => answer.status === 'safe' && answer.checker === 'automaton';

function slow({ complexity, checker, attack }: VulnerableDiagnostics): Verdict {
  return {
    status: 'slow',
    growth: complexity.type,
    ...(complexity.type === 'polynomial' ? { degree: complexity.degree } : {}),
    attack: attackText(attack),
    by: checker === 'automaton' ? 'proof' : 'search',
  };
}

/** Steps of one check: those of a proof are some ten times as long as those of a search, and grow. */
const LIMIT = { proof: 2_700, search: 180_000 };

/** Steps that take about as long as one of a proof. */
const WEIGHT = { proof: 1, search: 50 };

/** Characters that the search reads of a text to call it slow. */
const ATTACK_LIMIT = 1_000_000;

/** The check asks a clock, before each of its steps, whether its time is over: here the clock counts the steps. */
function checkIn(
  kind: 'proof' | 'search',
  source: string,
  flags: string,
): { found: Diagnostics; steps: number } {
  const real = Object.getOwnPropertyDescriptor(globalThis, 'performance')!;
  let steps = 0;
  Object.defineProperty(globalThis, 'performance', { configurable: true, value: { now: () => ++steps } });
  try {
    const found = recheck.checkSync(source, flags, {
      // Left to itself it searches where its automata would be too large.
      checker: kind === 'proof' ? 'auto' : 'fuzz',
      timeout: LIMIT[kind],
      attackLimit: ATTACK_LIMIT,
      attackTimeout: null,
      incubationTimeout: null,
      seedingTimeout: null,
    });
    return { found, steps };
  } catch (error) {
    // It does fail on some expressions, as by recursion too deep.
    const unknown = { kind: 'unexpected', message: String(error) } as const;
    return { found: { source, flags, status: 'unknown', error: unknown }, steps };
  } finally {
    Object.defineProperty(globalThis, 'performance', real);
  }
}
