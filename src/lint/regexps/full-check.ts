import type { Diagnostics } from 'recheck';
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
  const check = (checker: 'automaton' | 'fuzz', pattern = source): Diagnostics => {
    const answer = checkIn(checker, pattern, flags);
    steps += Math.ceil(answer.steps / WEIGHT[checker]);
    return answer.found;
  };
  const verdict = (): Verdict => {
    const proof = check('automaton');
    if (proof.status === 'safe') {
      // `replace`, `matchAll` and `split` go on behind a match and so try every place of the text. So does the search for
      // what matches nowhere.
      const isFast = !flags.includes('g') || check('automaton', `(?:${source})[]`).status === 'safe';
      return { status: isFast ? 'fast' : 'undecided' };
    }
    const found = proof.status === 'unknown' && proof.error.kind !== 'invalid' ? check('fuzz') : proof;
    // A search that finds nothing proves nothing.
    if (found.status !== 'vulnerable') return { status: 'undecided' };
    const { complexity } = found;
    const attack = attackText(found.attack);
    return complexity.type === 'exponential'
      ? { status: 'slow', growth: 'exponential', attack }
      : { status: 'slow', growth: 'polynomial', degree: complexity.degree, attack };
  };
  return { verdict: verdict(), steps };
}

/** Steps of one check: those of the automata are up to a hundred times as long as those of the search. */
const LIMIT = { automaton: 20_000, fuzz: 300_000 };

/** Steps that take as long as one of the automata. */
const WEIGHT = { automaton: 1, fuzz: 50 };

/** Characters that the search reads of a text to call it slow. */
const ATTACK_LIMIT = 1_000_000;

/** The check asks a clock, before each of its steps, whether its time is over: here the clock counts the steps. */
function checkIn(
  checker: 'automaton' | 'fuzz',
  source: string,
  flags: string,
): { found: Diagnostics; steps: number } {
  const real = Object.getOwnPropertyDescriptor(globalThis, 'performance')!;
  let steps = 0;
  Object.defineProperty(globalThis, 'performance', { configurable: true, value: { now: () => ++steps } });
  try {
    const found = recheck.checkSync(source, flags, {
      checker,
      timeout: LIMIT[checker],
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
