import type { Analysis } from './analysis.ts';
import type { RuleReport } from './define-rule.ts';
import { locationOf } from './ast.ts';
import type { SlowRegexp } from './regexps.ts';
import { usesOf } from './regexps.ts';

/** What the two rules about slow regular expressions report; each has its own words. */
export function regexpReport(slow: SlowRegexp, analysis: Analysis): RuleReport {
  const uses = usesOf(slow, analysis);
  // The expression may be made at start-up; what counts is where it is used.
  const served = [slow.node, ...uses]
    .map((node) => analysis.reach.when(node))
    .find(({ kind }) => kind === 'served');
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
      chain: served?.kind === 'served' ? served.chain : [],
      related: uses.map((use) => ({ message: 'used here', location: locationOf(use, analysis.file) })),
    },
    suggest: suggestFixed(slow),
  };
}

/** Only for literals: in a string, the escapes would have to be doubled. */
function suggestFixed({ node, fixed }: SlowRegexp): NonNullable<RuleReport['suggest']> {
  if (fixed === undefined || node.type !== 'Literal') return [];
  return [{ messageId: 'same', data: { fixed }, fix: (fixer) => fixer.replaceText(node, fixed) }];
}
