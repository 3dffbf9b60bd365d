import type { Analysis } from './analysis.ts';
import type { RuleReport } from './define-rule.ts';
import type { Node } from './ast.ts';
import { lastName, locationOf, unwrap } from './ast.ts';
import type { Origin } from './origin.ts';
import { originKind } from './origin.ts';
import type { SlowRegexp } from './regexps.ts';
import { usesOf } from './regexps.ts';

/**
 * What the two rules about slow regular expressions report; each has its own words. Undefined where every text that it
 * is used on is written down in the program, and where `inputs` asks for what clients send and it is used on none.
 */
export function regexpReport(
  slow: SlowRegexp,
  analysis: Analysis,
  inputs: 'request' | 'any' = 'any',
): RuleReport | undefined {
  const uses = usesOf(slow, analysis);
  const input = worstInput([slow.node, ...uses], analysis);
  if (input === 'constant' || (inputs === 'request' && input !== 'request')) return undefined;
  // The expression may be made at start-up; what counts is where it is used.
  const served = [slow.node, ...uses]
    .map((node) => analysis.reach.when(node))
    .find(({ kind }) => kind === 'served');
  const isExponential = slow.growth === 'exponential';
  return {
    at: slow.node,
    messageId: input === 'request' ? 'client' : 'slow',
    data: {
      regexp: slow.text.length > 60 ? `${slow.text.slice(0, 57)}...` : slow.text,
      attack: JSON.stringify(`${slow.attack.repeat(4)}...`),
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
      chain: served?.kind === 'served' ? served.chain : [],
      related: uses.map((use) => ({ message: 'used here', location: locationOf(use, analysis.file) })),
    },
    suggest: suggestFixed(slow),
  };
}

/** Where the texts come from that an expression is used on: what a client sends is worst. */
function worstInput(uses: readonly Node[], analysis: Analysis): Origin {
  const kinds = uses.flatMap((use) => {
    const text = textGiven(use);
    return text ? [originKind(text, analysis)] : [];
  });
  if (kinds.includes('request')) return 'request';
  return kinds.length > 0 && kinds.every((kind) => kind === 'constant') ? 'constant' : 'unknown';
}

/** `text` in `re.test(text)`, `re.exec(text)`, `text.match(re)`, `text.replace(re, …)`. */
function textGiven(use: Node): Node | undefined {
  const { parent } = use;
  if (
    parent?.type === 'MemberExpression' &&
    parent.object === use &&
    parent.parent.type === 'CallExpression'
  ) {
    return /^(?:test|exec)$/.test(lastName(parent) ?? '') ? parent.parent.arguments[0] : undefined;
  }
  if (parent?.type !== 'CallExpression' || parent.arguments[0] !== use) return undefined;
  const callee = unwrap(parent.callee);
  const isText =
    callee.type === 'MemberExpression' &&
    /^(?:match|matchAll|replace|replaceAll|search|split)$/.test(lastName(callee) ?? '');
  return isText ? callee.object : undefined;
}

/** Only for literals: in a string, the escapes would have to be doubled. */
function suggestFixed({ node, fixed }: SlowRegexp): NonNullable<RuleReport['suggest']> {
  if (fixed === undefined || node.type !== 'Literal') return [];
  return [{ messageId: 'same', data: { fixed }, fix: (fixer) => fixer.replaceText(node, fixed) }];
}
