import type { Analysis } from './analysis.ts';
import type { RuleReport } from './define-rule.ts';
import type { SlowRegexp } from './regexps.ts';

/** What the two rules about slow regular expressions report; each has its own words. */
export function regexpReport(slow: SlowRegexp, analysis: Analysis): RuleReport {
  const when = analysis.reach.when(slow.node);
  return {
    at: slow.node,
    messageId: 'slow',
    data: {
      regexp: slow.text.length > 60 ? `${slow.text.slice(0, 57)}...` : slow.text,
      attack: JSON.stringify(`${slow.attack.repeat(4)}...`),
    },
    detail: {
      confidence: slow.growth === 'exponential' ? 'likely' : 'possible',
      cause: 'regexp',
      chain: when.kind === 'served' ? when.chain : [],
    },
    suggest: suggestFixed(slow),
  };
}

/** Only for literals: in a string, the escapes would have to be doubled. */
function suggestFixed({ node, fixed }: SlowRegexp): NonNullable<RuleReport['suggest']> {
  if (fixed === undefined || node.type !== 'Literal') return [];
  return [{ messageId: 'same', data: { fixed }, fix: (fixer) => fixer.replaceText(node, fixed) }];
}
