import { judged, type JudgedSlowness } from '../regexps/checks.ts';
import { regexpKey, type RegexpText } from '../regexps/verdict.ts';
import type { Analysis } from './analysis.ts';
import type { Call, Node } from './ast.ts';
import { lastName, staticString, unwrap } from './ast.ts';
import { GLOBAL } from './bindings.ts';
import type { Origin } from './origin.ts';
import { originKind } from './origin.ts';

/** A regular expression whose running time grows faster than its input. */
export interface SlowRegexp extends JudgedSlowness {
  node: Node;
  /** As written: `/^(a+)+$/i`. */
  text: string;
  /** Calls of it by its name. */
  uses: Node[];
  /** Where the texts come from that it is used on: what a client sends is worst. */
  input: Origin;
  /** What the full check shall look at, where it has not yet and the expression is reported. */
  unchecked: RegexpText | undefined;
}

/**
 * Literals and constant `RegExp(…)` of a file that are slow on some input. Left out: invalid ones, and those used on
 * texts of the program alone. The full check is wanted of what the fast one cannot decide, and of what is reported.
 */
export function slowRegexps(analysis: Analysis): SlowRegexp[] {
  return analysis.once('slow-regexps', () => {
    const { regexps } = analysis;
    const found: SlowRegexp[] = [];
    for (const [node, regexp] of regexpsOf(analysis)) {
      const said = regexps.screen(regexp.source, regexp.flags);
      if (!said) continue;
      const uses = usesOf(node, analysis);
      const input = worstInput([node, ...uses], analysis);
      if (input === 'constant') continue;
      const used = uses.concat(node).some(isSplitter) ? goesOn(regexp) : regexp;
      const verdict = regexps.verdictOn(used);
      if (!verdict && said === 'undecided') regexps.want(used);
      const slow = judged(said, verdict);
      if (!slow) continue;
      const unchecked = verdict ? undefined : used;
      found.push({ ...slow, node, text: regexpKey(regexp), uses, input, unchecked });
    }
    return found;
  });
}

/** In source order. */
function regexpsOf(analysis: Analysis): [Node, RegexpText][] {
  const found: [Node, RegexpText][] = [];
  for (const node of analysis.ofType('Literal'))
    if ('regex' in node) found.push([node, { source: node.regex.pattern, flags: node.regex.flags }]);
  for (const call of analysis.calls) {
    const regexp = constantRegexp(call, analysis);
    if (regexp) found.push([call, regexp]);
  }
  return found.sort(([a], [b]) => a.range[0] - b.range[0]);
}

function constantRegexp(node: Call, analysis: Analysis): RegexpText | undefined {
  if (lastName(node.callee) !== 'RegExp') return undefined;
  const api = analysis.bindings.resolve(node.callee);
  if (api?.module !== GLOBAL || api.path.join('.') !== 'RegExp') return undefined;
  const source = staticString(node.arguments[0]);
  const flags = node.arguments[1] ? staticString(node.arguments[1]) : '';
  return source !== undefined && flags !== undefined ? { source, flags } : undefined;
}

/** Calls of a regular expression that has a name: where its time is spent, which a measurement will show. */
function usesOf(node: Node, { bindings }: Analysis): Node[] {
  const holder = node.parent;
  if (holder?.type !== 'VariableDeclarator' || holder.id.type !== 'Identifier') return [];
  const uses = bindings.variable(holder.id)?.references.filter((reference) => !reference.isWrite()) ?? [];
  return uses.map(({ identifier }) => identifier as Node);
}

/** `text.split(re)` goes on behind a match, whatever the flags. */
const isSplitter = ({ parent }: Node): boolean =>
  parent?.type === 'CallExpression' && lastName(parent.callee) === 'split';

const goesOn = ({ source, flags }: RegexpText): RegexpText => ({
  source,
  flags: flags.includes('g') ? flags : `${flags}g`,
});

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
