import type { Slowness } from '../regexps/screen.ts';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { staticString } from './ast.ts';
import { GLOBAL } from './bindings.ts';

/** A regular expression whose running time grows faster than its input. */
export interface SlowRegexp extends Slowness {
  node: Node;
  /** As written: `/^(a+)+$/i`. */
  text: string;
}

/** Literals and constant `RegExp(…)` of a file that are slow on some input; invalid ones are left out. */
export function slowRegexps(analysis: Analysis): SlowRegexp[] {
  return analysis.once('slow-regexps', () => {
    const found: SlowRegexp[] = [];
    for (const node of analysis.nodes) {
      const regexp = regexpOf(node, analysis);
      const slow = regexp && analysis.screen(regexp.source, regexp.flags);
      if (slow) found.push({ node, text: `/${regexp.source}/${regexp.flags}`, ...slow });
    }
    return found;
  });
}

function regexpOf(node: Node, analysis: Analysis): { source: string; flags: string } | undefined {
  if (node.type === 'Literal' && 'regex' in node)
    return { source: node.regex.pattern, flags: node.regex.flags };
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const api = analysis.bindings.resolve(node.callee);
  if (api?.module !== GLOBAL || api.path.join('.') !== 'RegExp') return undefined;
  const source = staticString(node.arguments[0]);
  const flags = node.arguments[1] ? staticString(node.arguments[1]) : '';
  return source !== undefined && flags !== undefined ? { source, flags } : undefined;
}

/** Calls of a regular expression that has a name: where its time is spent, which a measurement will show. */
export function usesOf(slow: SlowRegexp, { bindings }: Analysis): Node[] {
  const holder = slow.node.parent;
  if (holder?.type !== 'VariableDeclarator' || holder.id.type !== 'Identifier') return [];
  const uses = bindings.variable(holder.id)?.references.filter((reference) => !reference.isWrite()) ?? [];
  return uses.map(({ identifier }) => identifier as Node);
}
