import type { Analysis } from './analysis.ts';
import type { RuleReport } from './define-rule.ts';
import { locationOf } from './ast.ts';
import type { SlowRegexp } from './regexps.ts';

/**
 * What the two rules about slow regular expressions report; each has its own words. Undefined where `inputs` asks for
 * what clients send and it is used on none.
 */
export function regexpReport(
  slow: SlowRegexp,
  analysis: Analysis,
  inputs: 'request' | 'any' = 'any',
): RuleReport | undefined {
  const { uses, input, growth, degree, attack, check, unchecked } = slow;
  if (inputs === 'request' && input !== 'request') return undefined;
  if (unchecked) analysis.regexps.want(unchecked);
  // The expression may be made at start-up; what counts is where it is used.
  const served = [slow.node, ...uses]
    .map((node) => analysis.reach.when(node))
    .find(({ kind }) => kind === 'served');
  const isExponential = growth === 'exponential';
  return {
    at: slow.node,
    messageId: input === 'request' ? 'client' : 'slow',
    data: {
      regexp: slow.text.length > 60 ? `${slow.text.slice(0, 57)}...` : slow.text,
      attack: attack.length > 100 ? `${attack.slice(0, 97)}...` : attack,
      time: DEGREES[degree ?? 0] ?? `polynomial time (degree ${degree})`,
      checked: CHECKED[check],
    },
    detail: {
      confidence: isExponential
        ? input === 'request'
          ? 'certain'
          : 'likely'
        : input === 'request'
          ? 'likely'
          : 'possible',
      cause: 'regexp',
      regexp: { growth, ...(degree === undefined ? {} : { degree }), attack, check },
      chain: served?.kind === 'served' ? served.chain : [],
      related: uses.map((use) => ({ message: 'used here', location: locationOf(use, analysis.file) })),
    },
    suggest: suggestFixed(slow),
  };
}

const DEGREES: Readonly<Record<number, string>> = {
  0: 'quadratic time or worse',
  2: 'quadratic time',
  3: 'cubic time',
};

const CHECKED: Readonly<Record<SlowRegexp['check'], string>> = {
  confirmed: ' A full check confirms it.',
  undecided: ' A full check could not decide it.',
  screened: '',
};

/** Only for literals: in a string, the escapes would have to be doubled. */
function suggestFixed({ node, fixed }: SlowRegexp): NonNullable<RuleReport['suggest']> {
  if (fixed === undefined || node.type !== 'Literal') return [];
  return [{ messageId: 'same', data: { fixed }, fix: (fixer) => fixer.replaceText(node, fixed) }];
}
