import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, someNode } from '../source/ast.ts';
import { beginsByName } from '../source/begins-by-name.ts';
import { defineRule } from '../source/define-rule.ts';
import type { Loop } from '../source/loops.ts';
import { loopAround } from '../source/loops.ts';
import { namesIn, patternNames } from '../source/names.ts';
import { isQuery } from '../source/queries.ts';

/** One query for each element, where one for all would do. */
export default defineRule({
  name: 'no-query-in-loop',
  description: 'Report database queries that run once for every element of a list',
  messages: {
    each: '{{name}}() asks the database once for every {{unit}}: a list of 100 takes 100 round trips. Ask once for all: {{cure}}.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const loop = loopAround(call);
        if (
          !loop ||
          !isQuery(call, analysis) ||
          !READS.test(lastName(call.callee) ?? '') ||
          analysis.reach.when(call).kind === 'start-up' ||
          beginsByName(call, analysis)
        )
          return;
        const turn = turnNames(loop, analysis);
        const used = call.arguments.flatMap((argument) => [
          ...namesIn(argument, analysis.source.visitorKeys),
        ]);
        // Pages and retries ask for something else each time; only a look-up by the element can be joined.
        if (analysis.kind === 'command' || !used.some((name) => turn.has(name))) return;
        if (isException(call) || leavesLoop(loop, analysis)) return;
        report({
          at: call,
          messageId: 'each',
          data: {
            name: lastName(call.callee) ?? 'it',
            unit: loop.kind === 'method' ? 'element' : 'turn',
            cure: cureOf(call),
          },
          detail: { confidence: 'likely' },
        });
      },
    };
  },
});

const READS = /^(?:find\w*|get|hget|query|execute|first|count\w*|\$queryRaw)$/;

/** In a `catch`: not for every element. */
function isException(call: Node): boolean {
  for (let at: Node | undefined = call; at && !isFunction(at); at = at.parent)
    if (at.type === 'CatchClause') return true;
  return false;
}

/** Tries one after another until one fits. */
function leavesLoop({ kind, node }: Loop, analysis: Analysis): boolean {
  if (kind === 'method' || node.type !== 'ForOfStatement') return false;
  return someNode(
    node.body,
    analysis.source.visitorKeys,
    ({ type }) => type === 'ReturnStatement' || type === 'BreakStatement',
    'own',
  );
}

function turnNames(loop: Loop, analysis: Analysis): Set<string> {
  if (loop.kind === 'method') {
    if (!/^(?:map|forEach|filter|flatMap)$/.test(loop.name)) return new Set();
    const [element] = loop.callback.params;
    return element && isFunction(loop.callback) ? patternNames(element) : new Set();
  }
  const { node } = loop;
  if (node.type !== 'ForOfStatement' || node.left.type !== 'VariableDeclaration' || node.await)
    return new Set();
  const names = patternNames(node.left.declarations[0].id);
  // One level of names that a turn computes from its element.
  for (const statement of node.body.type === 'BlockStatement' ? node.body.body : []) {
    for (const { id, init } of statement.type === 'VariableDeclaration' ? statement.declarations : []) {
      if (init && [...namesIn(init, analysis.source.visitorKeys)].some((name) => names.has(name)))
        for (const name of patternNames(id)) names.add(name);
    }
  }
  return names;
}

function cureOf(call: TSESTree.CallExpression): string {
  const name = lastName(call.callee) ?? '';
  if (/^(?:get|hget)$/.test(name)) return 'mget(ids), or a pipeline';
  if (/^(?:query|execute|\$queryRaw)$/.test(name)) return 'WHERE id = ANY($1), or a join';
  return 'find with an "in" of all ids, then a Map by id';
}
